namespace Kafkadog.Messaging;

/// <summary>
/// The application's format for records of the retry topic and of the dead letter topic. The messaging layer decides
/// when such a record is written and which headers it has; the application decides the bytes of its value.
/// </summary>
public interface IFailureEnvelopes
{
    byte[] WriteRetry(FailedDelivery failed);

    byte[] WriteDeadLetter(FailedDelivery failed);

    /// <summary>The value of the original record inside a record of the retry topic; null when it holds none.</summary>
    byte[]? ReadOriginal(ReceivedRecord retryRecord);
}

/// <summary>A record that could not be handled, and what was decided about it.</summary>
/// <param name="Id">Identity of the retry or dead letter record; derived, so that repeating the step gives the same.</param>
/// <param name="Event">The decoded event; null when the record could not be decoded.</param>
/// <param name="Target">The consumer group that failed and alone is to try again.</param>
/// <param name="RetryCount">Number of the delayed attempt to come (retry) or of the last one made (dead letter).</param>
/// <param name="RetryAt">When the next attempt is due; null for a dead letter.</param>
/// <param name="RedriveCount">How often the record has been sent back from the dead letters.</param>
/// <param name="KeptBytes">What key and headers of the original take in the new record: its value has the rest of Kafka's limit.</param>
public sealed record FailedDelivery(
    Guid Id,
    ReceivedRecord Original,
    InboundEvent? Event,
    string Service,
    string Target,
    Failure Failure,
    int RetryCount,
    int MaxRetries,
    DateTimeOffset? RetryAt,
    DateTimeOffset FailedAt,
    int RedriveCount,
    int KeptBytes = 0);
