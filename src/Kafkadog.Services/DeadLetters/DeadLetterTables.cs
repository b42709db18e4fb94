using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.DeadLetters;

/// <summary>What the index keeps of a dead letter beside the record itself.</summary>
internal sealed record LetterRow(
    Original Original,
    string Target,
    string Service,
    string Kind,
    string Stage,
    string ErrorClass,
    string ErrorMessage,
    string Fingerprint,
    int Retries,
    int Redrives,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset FailedAt);

/// <summary>The tables of the index, and how it is written.</summary>
internal static class DeadLetterTables
{
    public static string Schema(SqlDialect dialect) => $"""
        CREATE TABLE IF NOT EXISTS letters (
            dlq_id TEXT PRIMARY KEY,
            status TEXT NOT NULL,
            kind TEXT NOT NULL,
            stage TEXT NOT NULL,
            target TEXT NOT NULL,
            service TEXT NOT NULL,
            error_class TEXT NOT NULL,
            error_message TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            event_id TEXT,
            event_type TEXT,
            order_id TEXT,
            correlation_id TEXT NOT NULL,
            source_topic TEXT NOT NULL,
            source_partition BIGINT NOT NULL,
            source_offset BIGINT NOT NULL,
            record_partition BIGINT NOT NULL,
            record_offset BIGINT NOT NULL,
            retries BIGINT NOT NULL,
            redrives BIGINT NOT NULL,
            first_failed_at BIGINT NOT NULL,
            failed_at BIGINT NOT NULL,
            headers TEXT NOT NULL,
            value {(dialect == SqlDialect.Postgres ? "BYTEA" : "BLOB")} NOT NULL);
        CREATE INDEX IF NOT EXISTS letters_by_time ON letters (failed_at, dlq_id);
        CREATE INDEX IF NOT EXISTS letters_by_cause ON letters (fingerprint, failed_at);
        CREATE INDEX IF NOT EXISTS letters_by_source ON letters (source_topic, source_partition, source_offset, target);
        CREATE TABLE IF NOT EXISTS letter_attempts (
            retry_id TEXT PRIMARY KEY,
            target TEXT NOT NULL,
            source_topic TEXT NOT NULL,
            source_partition BIGINT NOT NULL,
            source_offset BIGINT NOT NULL,
            record_partition BIGINT NOT NULL,
            record_offset BIGINT NOT NULL,
            retry_count BIGINT NOT NULL,
            error TEXT NOT NULL,
            due_at BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS letter_attempts_by_source ON letter_attempts (source_topic, source_partition, source_offset, target);
        CREATE INDEX IF NOT EXISTS letter_attempts_by_due ON letter_attempts (due_at);
        CREATE INDEX IF NOT EXISTS letter_attempts_by_time ON letter_attempts (recorded_at);
        """;

    public static void Insert(IUnitOfWork work, InboundEvent received, LetterRow row)
    {
        var headers = received.Record.Headers;
        work.Execute(
            """
            INSERT INTO letters (dlq_id, status, kind, stage, target, service, error_class, error_message, fingerprint, event_id, event_type,
                order_id, correlation_id, source_topic, source_partition, source_offset, record_partition, record_offset, retries, redrives,
                first_failed_at, failed_at, headers, value)
            VALUES (@id, @status, @kind, @stage, @target, @service, @class, @message, @fingerprint, @event, @type,
                @order, @correlation, @topic, @partition, @offset, @record_partition, @record_offset, @retries, @redrives,
                @first, @at, @headers, @value)
            ON CONFLICT (dlq_id) DO NOTHING
            """,
            ("id", received.EventId),
            ("status", DeadLetterStatus.Open),
            ("kind", Text(row.Kind)),
            ("stage", Text(row.Stage)),
            ("target", Text(row.Target)),
            ("service", Text(row.Service)),
            ("class", Text(row.ErrorClass)),
            ("message", Text(row.ErrorMessage)),
            ("fingerprint", row.Fingerprint),
            ("event", Text(headers[HeaderNames.EventId])),
            ("type", Text(headers[HeaderNames.EventType])),
            ("order", Text(received.Key)),
            ("correlation", received.CorrelationId),
            ("topic", Text(row.Original.Topic)),
            ("partition", row.Original.Partition),
            ("offset", row.Original.Offset),
            ("record_partition", received.Record.Partition),
            ("record_offset", received.Record.Offset),
            ("retries", row.Retries),
            ("redrives", row.Redrives),
            ("first", row.FirstFailedAt),
            ("at", row.FailedAt),
            ("headers", JsonSerializer.Serialize(headers.Entries.Select(h => new HeaderText(h.Key, h.Value)), JsonSerializerOptions.Web)),
            ("value", received.Record.Value ?? []));
    }

    public static void Insert(IUnitOfWork work, InboundEvent received, Original original, OrderRetry retry) => work.Execute(
        """
        INSERT INTO letter_attempts (retry_id, target, source_topic, source_partition, source_offset, record_partition, record_offset,
            retry_count, error, due_at, recorded_at)
        VALUES (@id, @target, @topic, @partition, @offset, @record_partition, @record_offset, @count, @error, @due, @at)
        ON CONFLICT (retry_id) DO NOTHING
        """,
        ("id", received.EventId),
        ("target", Text(retry.Target) ?? ""),
        ("topic", Text(original.Topic)),
        ("partition", original.Partition),
        ("offset", original.Offset),
        ("record_partition", received.Record.Partition),
        ("record_offset", received.Record.Offset),
        ("count", retry.RetryCount),
        ("error", Text(retry.Error)),
        ("due", retry.RetryAt),
        ("at", received.Record.Timestamp));

    public static void ChangeStatus(IUnitOfWork work, Original original, string target, string from, string to) => work.Execute(
        """
        UPDATE letters SET status = @to
        WHERE source_topic = @topic AND source_partition = @partition AND source_offset = @offset AND target = @target AND status = @from
        """,
        ("to", to),
        ("topic", Text(original.Topic)),
        ("partition", original.Partition),
        ("offset", original.Offset),
        ("target", Text(target)),
        ("from", from));

    // PostgreSQL stores no NUL, and what comes from the topic may hold anything.
    private static string? Text(string? text) => text?.Replace('\0', '\uFFFD');
}

/// <summary>One header of a record; the value as UTF-8 text.</summary>
internal sealed record HeaderText(string Key, string Value);
