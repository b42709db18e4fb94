using System.Text.Json;

namespace Kafkadog.Contracts;

/// <summary>One attempt of one group that failed and is due again later.</summary>
/// <param name="OriginalEvent">The untouched JSON of the event.</param>
/// <param name="RetryCount">How many delayed attempts this makes, from 1.</param>
/// <param name="Target">The consumer group that failed; nobody else acts on it.</param>
public sealed record OrderRetry(
    RawJson OriginalEvent,
    int RetryCount,
    DateTimeOffset RetryAt,
    int MaxRetries,
    string Error,
    DateTimeOffset Ts,
    string? Target = null,
    SourceRecord? Source = null) : IShopEvent
{
    string? IShopEvent.Key => OriginalKey.Of(OriginalEvent);

    public void Validate(Problems problems)
    {
        problems.Require(RetryCount >= 0, "retryCount", "must not be negative");
        problems.Require(MaxRetries > 0, "maxRetries", "must be at least 1");
    }
}

/// <summary>An event that one group has given up on.</summary>
/// <param name="OriginalEvent">The untouched JSON, or <c>{"raw": base64}</c> when it is none.</param>
/// <param name="Target">The consumer group that gave up.</param>
/// <param name="Kind">poison, permanent or exhausted.</param>
public sealed record OrderDLQ(
    RawJson OriginalEvent,
    int FinalRetryCount,
    string FinalError,
    DateTimeOffset FailedAt,
    DateTimeOffset Ts,
    string? Target = null,
    string? Stage = null,
    string? Kind = null,
    SourceRecord? Source = null) : IShopEvent
{
    string? IShopEvent.Key => OriginalKey.Of(OriginalEvent);

    public void Validate(Problems problems) =>
        problems.Require(FinalRetryCount >= 0, "finalRetryCount", "must not be negative");
}

/// <summary>Where the failed record is in the log.</summary>
public sealed record SourceRecord(string Topic, int Partition, long Offset);

/// <summary>Finds the order an embedded event belongs to, whatever its type.</summary>
public static class OriginalKey
{
    public static string? Of(RawJson original)
    {
        using var document = original.Parse();
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("data", out var data)
            && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("orderId", out var orderId)
            && orderId.ValueKind == JsonValueKind.String
            && orderId.TryGetGuid(out var id)
                ? id.ToString()
                : null;
    }
}
