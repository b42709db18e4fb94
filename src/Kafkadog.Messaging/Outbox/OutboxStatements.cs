using System.Data.Common;
using Dapper;
using Kafkadog.Messaging.Databases;

namespace Kafkadog.Messaging.Outbox;

/// <summary>The relay's SQL, run by the writer inside its transactions.</summary>
internal sealed class OutboxStatements(DbConnection connection, string owner) : IDisposable
{
    private const string Columns = "seq AS Seq, event_id AS EventId, topic AS Topic, key AS Key, headers AS Headers, payload AS Payload, created_at AS CreatedAt";

    private static readonly HashSet<long> NoRows = [];

    private readonly Statement others = Statement.Create(connection, "SELECT 1 FROM instance WHERE id <> @owner LIMIT 1", "owner");
    private readonly Statement remove = Statement.Create(connection, "DELETE FROM outbox WHERE seq BETWEEN @first AND @last", "first", "last");

    /// <summary>Which of these new rows have an older unsent row of the same key that another instance must send first.</summary>
    public IReadOnlySet<long> OlderElsewhere(DbTransaction transaction, IReadOnlyList<OutboxRow> rows) =>
        rows.Count == 0 || others.Scalar(transaction, owner) is null ? NoRows : OlderElsewhere(connection, transaction, owner, rows);

    /// <summary>The same of any rows of this instance.</summary>
    public static IReadOnlySet<long> OlderElsewhere(DbConnection connection, DbTransaction transaction, string owner, IReadOnlyList<OutboxRow> rows)
    {
        if (rows.Count == 0)
            return NoRows;

        var foreign = ForeignKeys(connection, transaction, owner);
        return rows
            .Where(row => row.Order is { } key && foreign.TryGetValue(key, out var oldest) && oldest < row.Seq)
            .Select(row => row.Seq)
            .ToHashSet();
    }

    /// <summary>The oldest unsent row of each key that other instances hold.</summary>
    public static Dictionary<OrderKey, long> ForeignKeys(DbConnection connection, DbTransaction? transaction, string owner) => connection
        .Query<ForeignKey>(
            "SELECT topic AS Topic, key AS Key, MIN(seq) AS Seq FROM outbox WHERE (owner < @owner OR owner > @owner) AND key IS NOT NULL GROUP BY topic, key",
            new { owner },
            transaction)
        .ToDictionary(row => new OrderKey(row.Topic, row.Key), row => row.Seq);

    /// <summary>Removes acknowledged rows. Neighbours go in one statement: every number in between is ours as well.</summary>
    public void Remove(DbTransaction transaction, IReadOnlyList<long> acknowledged)
    {
        for (var i = 0; i < acknowledged.Count;)
        {
            var first = acknowledged[i];
            var last = first;
            for (i++; i < acknowledged.Count && acknowledged[i] == last + 1; i++)
            {
                last++;
            }

            remove.Execute(transaction, first, last);
        }
    }

    /// <summary>The next rows of this instance between two places, oldest first.</summary>
    public static List<OutboxRow> Page(IUnitOfWork work, string owner, long after, long before, int limit) => [.. work.Connection
        .Query<StoredRow>($"SELECT {Columns} FROM outbox WHERE owner = @owner AND seq > @after AND seq < @before ORDER BY seq LIMIT @limit", new { owner, after, before, limit }, work.Transaction)
        .Select(row => new OutboxRow(
            row.Seq,
            new(Guid.Parse(row.EventId), row.Topic, row.Key, row.Payload, HeaderText.Read(row.Headers)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt)))];

    public void Dispose()
    {
        others.Dispose();
        remove.Dispose();
    }

    private sealed class ForeignKey
    {
        public string Topic { get; set; } = "";

        public string Key { get; set; } = "";

        public long Seq { get; set; }
    }

    private sealed class StoredRow
    {
        public long Seq { get; set; }

        public string EventId { get; set; } = "";

        public string Topic { get; set; } = "";

        public string? Key { get; set; }

        public string Headers { get; set; } = "";

        public byte[] Payload { get; set; } = [];

        public long CreatedAt { get; set; }
    }
}
