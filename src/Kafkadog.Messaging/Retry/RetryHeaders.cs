using System.Globalization;
using System.Text;

namespace Kafkadog.Messaging.Retry;

/// <summary>
/// The headers of retry records and dead letters. The first <c>x-original-*</c> and the last <c>x-error-*</c> are kept,
/// so headers do not grow with the attempts. Numbers and times are text.
/// </summary>
internal static class RetryHeaders
{
    public const string Count = "x-retry-count";
    public const string At = "x-retry-at";
    public const string Target = "x-retry-target";
    public const string OriginalTopic = "x-original-topic";
    public const string OriginalPartition = "x-original-partition";
    public const string OriginalOffset = "x-original-offset";
    public const string OriginalTimestamp = "x-original-timestamp";
    public const string OriginalKey = "x-original-key";
    public const string FirstFailedAt = "x-first-failed-at";
    public const string LastFailedAt = "x-last-failed-at";
    public const string ErrorClass = "x-error-class";
    public const string ErrorMessage = "x-error-message";
    public const string ErrorStage = "x-error-stage";
    public const string ErrorKind = "x-error-kind";
    public const string DeadLetterId = "x-dlq-id";
    public const string FailedGroup = "x-failed-group";
    public const string FailedService = "x-failed-service";
    public const string RedriveCount = "x-redrive-count";

    private const int MaxMessageBytes = 1024;

    /// <summary>Of the original's headers. More would not leave room for a value below Kafka's limit of 1 MiB.</summary>
    private const int MaxKeptBytes = 256 * 1024;

    /// <summary>The outbox has an index over keys, and PostgreSQL refuses entries of more than 2.7 KB.</summary>
    private const int MaxKeyBytes = 1024;

    /// <summary>What the messaging layer adds; a record that runs again is handed to its handler without it.</summary>
    private static readonly HashSet<string> Added = new(StringComparer.Ordinal)
    {
        Count, At, Target, OriginalTopic, OriginalPartition, OriginalOffset, OriginalTimestamp, OriginalKey, FirstFailedAt,
        LastFailedAt, ErrorClass, ErrorMessage, ErrorStage, ErrorKind, DeadLetterId, FailedGroup, FailedService,
    };

    public static RecordHeaders ForRetry(FailedDelivery failed, DateTimeOffset firstFailedAt)
    {
        var headers = Common(failed, firstFailedAt);
        headers[Count] = Number(failed.RetryCount);
        headers[At] = Time(failed.RetryAt!.Value);
        headers[Target] = failed.Target;
        return headers;
    }

    public static RecordHeaders ForDeadLetter(FailedDelivery failed, DateTimeOffset firstFailedAt)
    {
        var headers = Common(failed, firstFailedAt);
        headers[Count] = Number(failed.RetryCount);
        headers[At] = null;
        headers[Target] = failed.Target;
        headers[DeadLetterId] = failed.Id.ToString();
        headers[ErrorStage] = failed.Failure.Stage.ToString().ToLowerInvariant();
        headers[ErrorKind] = failed.Failure.Kind.ToString().ToLowerInvariant();
        headers[FailedGroup] = failed.Target;
        headers[FailedService] = failed.Service;
        headers[RedriveCount] = Number(failed.RedriveCount);
        return headers;
    }

    /// <summary>The record as it was when it first failed; null when the headers do not tell where it came from.</summary>
    public static ReceivedRecord? Original(ReceivedRecord retry, byte[]? value)
    {
        if (retry.Headers[OriginalTopic] is not { } topic
            || !int.TryParse(retry.Headers[OriginalPartition], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(retry.Headers[OriginalOffset], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return null;
        }

        return new(topic, partition, offset, -1, ParseTime(retry.Headers[OriginalTimestamp]) ?? retry.Timestamp, retry.Key, value, WithoutAdded(retry.Headers));
    }

    /// <summary>The original's key as the new record's, unless it is too large: then only the original has it.</summary>
    public static string? Key(ReceivedRecord original) => original.Key is { Length: <= MaxKeyBytes } key ? Encoding.UTF8.GetString(key) : null;

    /// <summary>Bytes that key and headers of the original take in the new record, the key twice.</summary>
    public static int KeptBytes(ReceivedRecord original) =>
        (2 * Encoding.UTF8.GetByteCount(Key(original) ?? "")) + Kept(original).Entries.Sum(Size);

    public static RecordHeaders WithoutAdded(RecordHeaders headers) => new(headers.Entries.Where(header => !Added.Contains(header.Key)));

    public static int ParseNumber(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static RecordHeaders Common(FailedDelivery failed, DateTimeOffset firstFailedAt)
    {
        var headers = Kept(failed.Original);
        headers[OriginalTopic] = failed.Original.Topic;
        headers[OriginalPartition] = Number(failed.Original.Partition);
        headers[OriginalOffset] = failed.Original.Offset.ToString(CultureInfo.InvariantCulture);
        headers[OriginalTimestamp] = Time(failed.Original.Timestamp);
        headers[OriginalKey] = Key(failed.Original);
        headers[FirstFailedAt] = Time(firstFailedAt);
        headers[LastFailedAt] = Time(failed.FailedAt);
        headers[ErrorClass] = failed.Failure.ErrorClass;
        headers[ErrorMessage] = Shorten(failed.Failure.Message);
        return headers;
    }

    /// <summary>The original's headers from the first on, as far as there is room.</summary>
    private static RecordHeaders Kept(ReceivedRecord original)
    {
        var room = MaxKeptBytes;
        return new(WithoutAdded(original.Headers).Entries.TakeWhile(header => (room -= Size(header)) >= 0));
    }

    private static int Size(KeyValuePair<string, string> header) =>
        Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(header.Value) + 10;

    private static string Shorten(string message)
    {
        if (Encoding.UTF8.GetByteCount(message) <= MaxMessageBytes)
            return message;

        // A character takes at most three bytes here (a pair of them four), so this cut always fits.
        var length = Math.Min(message.Length, MaxMessageBytes / 3);
        return message[..(char.IsHighSurrogate(message[length - 1]) ? length - 1 : length)];
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
