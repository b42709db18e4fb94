using System.Text;
using Confluent.Kafka;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Dashboard.Observing;

/// <summary>A consumed record, and the event that is in it, if any.</summary>
public readonly record struct ReadRecord(ObservedRecord Record, IShopEvent? Event)
{
    public static ReadRecord Of(ConsumeResult<byte[]?, byte[]?> result)
    {
        var headers = new RecordHeaders((result.Message.Headers ?? []).Select(
            h => KeyValuePair.Create(h.Key, h.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "")));
        var key = result.Message.Key is { } keyBytes ? Encoding.UTF8.GetString(keyBytes) : null;
        var parsed = EventParser.Parse(
            result.Topic, headers[HeaderNames.CloudEventsType] ?? headers[HeaderNames.EventType], key, result.Message.Value);
        var envelope = (parsed as ParseResult.Event)?.Envelope;
        var record = new ObservedRecord(
            new Place(string.Intern(result.Topic), result.Partition.Value),
            result.Offset.Value,
            new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero),
            key,
            envelope?.Type.Name,
            OrderOf(envelope?.Data, key),
            envelope?.Id,
            envelope?.CausationId,
            headers[HeaderNames.Source] is { } source ? string.Intern(source) : null,
            result.Message.Value?.Length ?? 0,
            Problem(parsed))
        {
            Failure = FailureOf(envelope?.Data, headers),
        };
        return new(record, envelope?.Data);
    }

    private static Guid? OrderOf(IShopEvent? body, string? key) => body switch
    {
        IOrderEvent order => order.OrderId,
        OrderRetry or OrderDLQ when Guid.TryParseExact(body.Key ?? key, "D", out var id) => id,
        _ => null,
    };

    private static FailureNote? FailureOf(IShopEvent? body, RecordHeaders headers) => body switch
    {
        OrderRetry e => new(e.RetryCount, e.RetryAt, e.Target, e.Error, Kind: null, e.Source, headers[HeaderNames.EventType]),
        OrderDLQ e => new(e.FinalRetryCount, DueAt: null, e.Target, e.FinalError, e.Kind, e.Source, headers[HeaderNames.EventType]),
        _ => null,
    };

    private static string? Problem(ParseResult parsed) => parsed switch
    {
        ParseResult.Unknown(var reason) => reason,
        ParseResult.Poison(_, var reason) => reason,
        ParseResult.Invalid(_, var reason) => reason,
        _ => null,
    };
}
