using Dapper;

namespace Kafkadog.Messaging.Hosting;

/// <summary>
/// The leases of a service's instances in its database. An instance whose lease ran out is dead: another one takes over
/// its outbox rows. A lease that is still there when its own instance starts tells of a crash.
/// </summary>
internal sealed class Instances(MessagingOptions options)
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    private readonly string session = Guid.NewGuid().ToString();

    /// <summary>Enters this instance; true when it, or another one, ended without leaving.</summary>
    public bool Enter(IUnitOfWork work)
    {
        var crashed = work.Connection.ExecuteScalar<int>(
            "SELECT COUNT(*) FROM instance WHERE id = @id OR expires_at < @now",
            new { id = options.InstanceId, now = work.Now.ToUnixTimeMilliseconds() }, work.Transaction) > 0;
        Renew(work);
        return crashed;
    }

    public void Renew(IUnitOfWork work) => work.Connection.Execute(
        """
        INSERT INTO instance (id, session, expires_at) VALUES (@id, @session, @expires)
        ON CONFLICT (id) DO UPDATE SET session = excluded.session, expires_at = excluded.expires_at
        """,
        new { id = options.InstanceId, session, expires = (work.Now + Lease).ToUnixTimeMilliseconds() },
        work.Transaction);

    /// <summary>Takes over the outbox rows of dead instances; true when there were any.</summary>
    public bool Adopt(IUnitOfWork work)
    {
        var dead = work.Connection.Query<string>(
            "SELECT id FROM instance WHERE id <> @id AND expires_at < @now",
            new { id = options.InstanceId, now = work.Now.ToUnixTimeMilliseconds() }, work.Transaction).AsList();
        var adopted = 0;
        foreach (var other in dead)
        {
            adopted += work.Connection.Execute("UPDATE outbox SET owner = @id WHERE owner = @other", new { id = options.InstanceId, other }, work.Transaction);
            work.Connection.Execute("DELETE FROM instance WHERE id = @other", new { other }, work.Transaction);
        }

        return adopted > 0;
    }

    /// <summary>Leaves in good order. Rows that could not be sent stay behind a lease that has run out, for anybody.</summary>
    public void Leave(IUnitOfWork work)
    {
        var unsent = work.Connection.ExecuteScalar<int?>("SELECT 1 FROM outbox WHERE owner = @id LIMIT 1", new { id = options.InstanceId }, work.Transaction);
        work.Connection.Execute(
            unsent is null ? "DELETE FROM instance WHERE id = @id" : "UPDATE instance SET expires_at = @soon WHERE id = @id",
            new { id = options.InstanceId, soon = work.Now.ToUnixTimeMilliseconds() + 1 },
            work.Transaction);
    }
}
