using Kafkadog.Messaging;

namespace Kafkadog.Services.Notification;

/// <summary>Claims and their results. A claim that was never marked has an unknown end, and is shown as such.</summary>
internal static class EmailStore
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS emails (
            order_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            email_id TEXT NOT NULL,
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            state TEXT NOT NULL,
            claimed_at BIGINT NOT NULL,
            sent_at BIGINT,
            PRIMARY KEY (order_id, kind));
        CREATE INDEX IF NOT EXISTS emails_by_time ON emails (claimed_at);
        CREATE INDEX IF NOT EXISTS emails_pending ON emails (claimed_at) WHERE state = 'PENDING';
        """;

    /// <returns>True when this e-mail has never been claimed; only then may it be sent.</returns>
    public static bool Claim(IUnitOfWork work, Email email) => work.Execute(
        """
        INSERT INTO emails (order_id, kind, email_id, recipient, subject, body, state, claimed_at)
        VALUES (@order, @kind, @id, @to, @subject, @body, 'PENDING', @now)
        ON CONFLICT (order_id, kind) DO NOTHING
        """,
        ("order", email.OrderId),
        ("kind", email.Kind),
        ("id", email.EmailId),
        ("to", email.To),
        ("subject", email.Subject),
        ("body", email.Body),
        ("now", work.Now)) == 1;

    /// <summary>Takes a claim back after a failure that certainly sent nothing, so that a retry may claim again.</summary>
    public static int Unclaim(IUnitOfWork work, Email email) => work.Execute(
        "DELETE FROM emails WHERE order_id = @order AND kind = @kind AND state = 'PENDING'",
        ("order", email.OrderId),
        ("kind", email.Kind));

    public static void MarkSent(IUnitOfWork work, Email email) => work.Execute(
        "UPDATE emails SET state = 'SENT', sent_at = @now WHERE order_id = @order AND kind = @kind",
        ("now", work.Now),
        ("order", email.OrderId),
        ("kind", email.Kind));

    /// <summary>A claim older than a minute lost its process between sending and marking: nobody knows which.</summary>
    public static int MarkUnknown(IUnitOfWork work, DateTimeOffset claimedBefore) => work.Execute(
        "UPDATE emails SET state = 'UNKNOWN' WHERE state = 'PENDING' AND claimed_at < @before",
        ("before", claimedBefore));
}
