using System.Diagnostics.Metrics;
using System.Text;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>Gives the messaging layer the shop's events. Where headers and body disagree the body wins, and it is counted.</summary>
internal sealed class ShopEventReader : IEventReader
{
    private readonly Counter<long> mismatches;

    public ShopEventReader(IMeterFactory meters) =>
        mismatches = meters.Create(ServiceMeter.Name).CreateCounter<long>("envelope.mismatch", description: "Records whose headers contradict their body");

    public ReadResult Read(ReceivedRecord record)
    {
        var headers = record.Headers;
        var headerType = headers[HeaderNames.CloudEventsType] ?? headers[HeaderNames.EventType];
        var key = record.Key is null ? null : Encoding.UTF8.GetString(record.Key);

        switch (EventParser.Parse(record.Topic, headerType, key, record.Value))
        {
            case ParseResult.Event(var envelope):
                if (Contradicts(headers, envelope))
                {
                    mismatches.Add(1, new KeyValuePair<string, object?>("topic", record.Topic));
                }

                return new ReadResult.Event(new InboundEvent(
                    record,
                    envelope.Id,
                    envelope.Type.Name,
                    envelope.Data.Key,
                    envelope.CorrelationId,
                    envelope.TraceId,
                    envelope.Data));

            case ParseResult.Unknown(var reason):
                return new ReadResult.Ignored(reason);

            // What cannot be read on the dead-letter topic is never sent there again.
            case ParseResult.Poison or ParseResult.Invalid when record.Topic == Topics.DeadLetters:
                return new ReadResult.Ignored("not a dead letter of this shop");

            case ParseResult.Poison(var code, var reason):
                return new ReadResult.Rejected(new(FailureKind.Poison, FailureStage.Deserialize, code, reason));

            case ParseResult.Invalid(var code, var reason):
                return new ReadResult.Rejected(new(FailureKind.Permanent, FailureStage.Validate, code, reason));

            default:
                throw new InvalidOperationException("a new kind of parse result");
        }
    }

    // The body wins. Wrapped records keep the headers of what is inside them, so they are not compared.
    private static bool Contradicts(RecordHeaders headers, Envelope envelope) =>
        envelope.Data is not (OrderRetry or OrderDLQ)
        && (Differs(headers[HeaderNames.CorrelationId], envelope.CorrelationId)
            || Differs(headers[HeaderNames.TraceId], envelope.TraceId)
            || Differs(headers[HeaderNames.EventId], envelope.Id));

    private static bool Differs(string? header, Guid body) =>
        header is not null && !(Guid.TryParse(header, out var id) && id == body);
}
