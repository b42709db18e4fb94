using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.DeadLetters;

/// <summary>
/// Keeps an index of the dead letters and of the attempts before them. Everything in it comes from the two topics, so
/// it can be thrown away and read again.
/// </summary>
internal sealed class DeadLetterHandler : IEventHandler
{
    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        switch (received.Body)
        {
            case OrderDLQ letter:
                Index(work, received, letter);
                break;
            case OrderRetry retry:
                Index(work, received, retry);
                break;
        }

        return HandleResult.Done;
    }

    private static void Index(IUnitOfWork work, InboundEvent received, OrderDLQ letter)
    {
        var headers = received.Record.Headers;
        var original = Original.Of(headers, letter.Source);
        var target = letter.Target ?? "";
        var errorClass = headers[HeaderNames.ErrorClass] ?? "unknown";
        var redrives = Number(headers[HeaderNames.RedriveCount]);
        if (redrives > 0)
        {
            DeadLetterTables.ChangeStatus(work, original, target, DeadLetterStatus.Redriven, DeadLetterStatus.FailedAgain);
        }

        DeadLetterTables.Insert(work, received, new(
            original,
            target,
            headers[HeaderNames.FailedService] ?? "",
            letter.Kind ?? "unknown",
            letter.Stage ?? "unknown",
            errorClass,
            letter.FinalError,
            Fingerprint.Of(errorClass, target, letter.FinalError),
            letter.FinalRetryCount,
            redrives,
            Time(headers[HeaderNames.FirstFailedAt]) ?? letter.FailedAt,
            letter.FailedAt));
    }

    private static void Index(IUnitOfWork work, InboundEvent received, OrderRetry retry)
    {
        var headers = received.Record.Headers;
        var original = Original.Of(headers, retry.Source);
        DeadLetterTables.Insert(work, received, original, retry);

        // Somebody sent the dead letter back: it is on its way again.
        if (Number(headers[HeaderNames.RedriveCount]) > 0)
        {
            DeadLetterTables.ChangeStatus(work, original, retry.Target ?? "", DeadLetterStatus.Open, DeadLetterStatus.Redriven);
        }
    }

    private static int Number(string? text) => int.TryParse(text, out var number) ? number : 0;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

internal static class DeadLetterStatus
{
    public const string Open = "OPEN";

    /// <summary>Sent back, its end not known yet.</summary>
    public const string Redriven = "REDRIVEN";

    /// <summary>Sent back, and a dead letter once more.</summary>
    public const string FailedAgain = "FAILED_AGAIN";

    /// <summary>Sent back, and handled.</summary>
    public const string Resolved = "RESOLVED";

    /// <summary>Somebody decided that it does not matter.</summary>
    public const string Discarded = "DISCARDED";

    public static IReadOnlyList<string> All { get; } = [Open, Redriven, FailedAgain, Resolved, Discarded];
}

/// <summary>The place of the record that failed first; with the group it names one failure through all its attempts.</summary>
internal sealed record Original(string Topic, int Partition, long Offset)
{
    public static Original Of(RecordHeaders headers, SourceRecord? source) => new(
        source?.Topic ?? headers[HeaderNames.OriginalTopic] ?? "",
        source?.Partition ?? (int.TryParse(headers[HeaderNames.OriginalPartition], out var partition) ? partition : -1),
        source?.Offset ?? (long.TryParse(headers[HeaderNames.OriginalOffset], out var offset) ? offset : -1));
}
