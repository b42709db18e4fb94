using Dapper;

namespace Kafkadog.Messaging.Hosting;

/// <summary>Removes what is old enough, a little at a time so that the writer is never held up.</summary>
internal sealed class Cleanup(MessagingOptions options)
{
    private const int BatchSize = 1000;
    private static readonly TimeSpan ScheduledRetention = TimeSpan.FromDays(2);

    /// <summary>Removes one batch; true when there may be more.</summary>
    public bool RunOnce(IUnitOfWork work)
    {
        // Rows are chosen by their key, which both databases can do; a clustered SQLite table has no other row id.
        var inbox = work.Connection.Execute(
            """
            DELETE FROM inbox WHERE (consumer, event_id) IN (SELECT consumer, event_id FROM inbox WHERE processed_at < @before LIMIT @BatchSize)
            """,
            new { before = (work.Now - options.InboxRetention).ToUnixTimeMilliseconds(), BatchSize }, work.Transaction);
        var scheduled = work.Connection.Execute(
            "DELETE FROM scheduled WHERE retry_id IN (SELECT retry_id FROM scheduled WHERE done_at < @before LIMIT @BatchSize)",
            new { before = (work.Now - ScheduledRetention).ToUnixTimeMilliseconds(), BatchSize }, work.Transaction);
        return inbox == BatchSize || scheduled == BatchSize;
    }
}
