using Dapper;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// Finds records that take the process down. After a crash, the records that may have been in flight are handled one at a
/// time, and each attempt is counted durably before it starts; one that was begun <see cref="MaxBegun"/> times and never
/// ended is poison. In normal running nothing is counted, so it costs nothing. Shared under its lock.
/// </summary>
internal sealed class CrashGuard
{
    public const int MaxBegun = 3;
    private readonly Lock gate = new();
    private readonly Queue<(Delivery Delivery, Action<Delivery> Start)> behind = new();
    private bool taken;
    private volatile bool watching;

    /// <summary>Guarded deliveries are about: every start must go through here.</summary>
    public bool Watching => watching;

    /// <summary>
    /// Starts a delivery; a guarded one alone among the guarded, an unguarded one after those that came before it,
    /// so that the order of a key holds.
    /// </summary>
    public void Start(Delivery delivery, Action<Delivery> start)
    {
        lock (gate)
        {
            if (taken || behind.Count > 0)
            {
                behind.Enqueue((delivery, start));
                return;
            }

            taken = delivery.Guarded;
            watching = taken;
        }

        start(delivery);
    }

    /// <summary>A guarded delivery has ended.</summary>
    public void Ended()
    {
        lock (gate)
        {
            taken = false;
            while (!taken && behind.TryDequeue(out var next))
            {
                taken = next.Delivery.Guarded;
                next.Start(next.Delivery);
            }

            watching = taken;
        }
    }

    /// <summary>Counts an attempt; returns how many were begun before and never ended.</summary>
    public static int Begin(IUnitOfWork work, string consumer, ReceivedRecord record, Guid? eventId)
    {
        // Already handled: nothing will run, so nothing need be written.
        if (eventId is { } id && work.Connection.ExecuteScalar<int?>(
            "SELECT 1 FROM inbox WHERE consumer = @consumer AND event_id = @id", new { consumer, id = id.ToString() }, work.Transaction) is not null)
        {
            return 0;
        }

        return work.Connection.ExecuteScalar<int>(
            """
            INSERT INTO attempts (consumer, topic, part, off, begun) VALUES (@consumer, @Topic, @Partition, @Offset, 1)
            ON CONFLICT (consumer, topic, part, off) DO UPDATE SET begun = attempts.begun + 1 RETURNING begun
            """,
            new { consumer, record.Topic, record.Partition, record.Offset },
            work.Transaction) - 1;
    }

    public static void End(IUnitOfWork work, string consumer, ReceivedRecord record) => work.Connection.Execute(
        "DELETE FROM attempts WHERE consumer = @consumer AND topic = @Topic AND part = @Partition AND off = @Offset",
        new { consumer, record.Topic, record.Partition, record.Offset },
        work.Transaction);
}
