using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.DeadLetters;

/// <summary>
/// Keeps an index of the dead letters and of the attempts before them. Everything in it comes from the two topics, so
/// it can be thrown away and read again.
/// </summary>
internal sealed class DeadLetterHandler : IEventHandler
{
    public const string Open = "OPEN";
    public const string Redriven = "REDRIVEN";
    public const string FailedAgain = "FAILED_AGAIN";

    public const string Schema = """
        CREATE TABLE IF NOT EXISTS dead_letters (
            dlq_id TEXT PRIMARY KEY,
            event_id TEXT,
            order_id TEXT,
            source_topic TEXT NOT NULL,
            target TEXT NOT NULL,
            error_class TEXT NOT NULL,
            error_message TEXT NOT NULL,
            kind TEXT NOT NULL,
            stage TEXT NOT NULL,
            retries BIGINT NOT NULL,
            redrives BIGINT NOT NULL,
            status TEXT NOT NULL,
            failed_at BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS dead_letters_by_time ON dead_letters (failed_at);
        CREATE INDEX IF NOT EXISTS dead_letters_by_event ON dead_letters (event_id, target);
        CREATE TABLE IF NOT EXISTS retry_attempts (
            retry_id TEXT PRIMARY KEY,
            event_id TEXT,
            target TEXT NOT NULL,
            retry_count BIGINT NOT NULL,
            due_at BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS retry_attempts_by_due ON retry_attempts (due_at);
        """;

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
        var eventId = headers[HeaderNames.EventId];
        var redrives = Number(headers[HeaderNames.RedriveCount]);
        if (redrives > 0 && eventId is not null)
        {
            work.Execute(
                $"UPDATE dead_letters SET status = '{FailedAgain}' WHERE event_id = @event AND target = @target AND status = '{Redriven}'",
                ("event", eventId),
                ("target", letter.Target ?? ""));
        }

        work.Execute(
            $"""
            INSERT INTO dead_letters (dlq_id, event_id, order_id, source_topic, target, error_class, error_message, kind, stage, retries, redrives, status, failed_at)
            VALUES (@id, @event, @order, @topic, @target, @class, @message, @kind, @stage, @retries, @redrives, '{Open}', @at)
            ON CONFLICT (dlq_id) DO NOTHING
            """,
            ("id", received.EventId),
            ("event", eventId),
            ("order", received.Key),
            ("topic", letter.Source?.Topic ?? headers[HeaderNames.OriginalTopic] ?? ""),
            ("target", letter.Target ?? ""),
            ("class", headers[HeaderNames.ErrorClass] ?? "unknown"),
            ("message", letter.FinalError),
            ("kind", letter.Kind ?? "unknown"),
            ("stage", letter.Stage ?? "unknown"),
            ("retries", letter.FinalRetryCount),
            ("redrives", redrives),
            ("at", letter.FailedAt));
    }

    private static void Index(IUnitOfWork work, InboundEvent received, OrderRetry retry)
    {
        var headers = received.Record.Headers;
        var eventId = headers[HeaderNames.EventId];
        work.Execute(
            """
            INSERT INTO retry_attempts (retry_id, event_id, target, retry_count, due_at, recorded_at)
            VALUES (@id, @event, @target, @count, @due, @now)
            ON CONFLICT (retry_id) DO NOTHING
            """,
            ("id", received.EventId),
            ("event", eventId),
            ("target", retry.Target ?? ""),
            ("count", retry.RetryCount),
            ("due", retry.RetryAt),
            ("now", received.Record.Timestamp));

        // Somebody sent the dead letter back: it is on its way again.
        if (Number(headers[HeaderNames.RedriveCount]) > 0 && eventId is not null)
        {
            work.Execute(
                $"UPDATE dead_letters SET status = '{Redriven}' WHERE event_id = @event AND target = @target AND status = '{Open}'",
                ("event", eventId),
                ("target", retry.Target ?? ""));
        }
    }

    private static int Number(string? text) => int.TryParse(text, out var number) ? number : 0;
}
