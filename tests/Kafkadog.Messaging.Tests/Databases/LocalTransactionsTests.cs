using Dapper;
using Kafkadog.Messaging.Tests.Support;

namespace Kafkadog.Messaging.Tests.Databases;

/// <summary>The same behaviour on both databases.</summary>
public sealed class LocalTransactionsTests(TestCluster cluster, PostgresServer postgres) : IDisposable
{
    private readonly TempDatabase sqlite = new();

    public void Dispose() => sqlite.Dispose();

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task A_failing_piece_of_work_is_undone_alone(SqlDialect dialect)
    {
        var topic = await cluster.CreateTopicAsync("events");
        await using var service = await StartAsync(dialect);
        var good = Enumerable.Range(0, 20).Select(i => service.Transactions.ExecuteAsync(work => Insert(work, "good-" + i), CancellationToken.None)).ToArray();
        var bad = service.Transactions.ExecuteAsync(
            work =>
            {
                Insert(work, "bad");
                work.Publish(new(Guid.NewGuid(), topic, "k", [1], new()));
                work.OnCommitted(() => throw new InvalidOperationException("must not run"));
                return work.Connection.Execute("INSERT INTO no_such_table VALUES (1)", transaction: work.Transaction);
            },
            CancellationToken.None);
        var more = Enumerable.Range(20, 20).Select(i => service.Transactions.ExecuteAsync(work => Insert(work, "good-" + i), CancellationToken.None)).ToArray();

        await Task.WhenAll([.. good, .. more]);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => bad);
        Assert.Equal(40, (await service.AppliedAsync()).Count);
        Assert.DoesNotContain("bad", await service.AppliedAsync());
        Assert.Equal(0, await service.CountAsync("outbox"));
        Assert.Empty(service.Probe.Published);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Work_that_waited_together_is_committed_together(SqlDialect dialect)
    {
        await using var service = await StartAsync(dialect);
        using var hold = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        var first = service.Transactions.ExecuteAsync(
            work =>
            {
                held.Set();
                hold.Wait();
                return Identity(work);
            },
            CancellationToken.None);
        held.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(0, 30).Select(_ => service.Transactions.ExecuteAsync(Identity, CancellationToken.None)).ToArray();
        hold.Set();
        var transactions = await Task.WhenAll(rest);
        Assert.Single(transactions.Distinct());
        Assert.DoesNotContain(await first, transactions);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Readers_cannot_write(SqlDialect dialect)
    {
        await using var service = await StartAsync(dialect);
        var database = (IDatabase)service.Services.GetService(typeof(IDatabase))!;
        await using var connection = await database.OpenReadAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => connection.ExecuteAsync("DELETE FROM applied"));
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task A_reader_sees_what_was_committed_while_a_writer_goes_on(SqlDialect dialect)
    {
        await using var service = await StartAsync(dialect);
        await service.Transactions.ExecuteAsync(work => Insert(work, "one"), CancellationToken.None);
        var inside = 0;
        await service.Transactions.ExecuteAsync(
            work =>
            {
                Insert(work, "two");
                inside = service.AppliedAsync().GetAwaiter().GetResult().Count;
                return 0;
            },
            CancellationToken.None);
        Assert.Equal(1, inside);
        Assert.Equal(2, (await service.AppliedAsync()).Count);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Values_come_back_as_they_were_stored(SqlDialect dialect)
    {
        await using var service = await StartAsync(dialect);
        var id = Guid.CreateVersion7();
        var words = new string('ä', 1000);
        var read = await service.Transactions.ExecuteAsync(
            work =>
            {
                work.Execute("CREATE TABLE kept (id TEXT, empty TEXT, long TEXT, bytes " + (dialect == SqlDialect.Sqlite ? "BLOB" : "BYTEA") + ", at BIGINT, absent TEXT)");
                work.Execute(
                    "INSERT INTO kept (id, empty, long, bytes, at, absent) VALUES (@id, @empty, @long, @bytes, @at, @absent)",
                    ("absent", null), ("at", DateTimeOffset.UnixEpoch), ("bytes", Array.Empty<byte>()), ("long", words), ("empty", ""), ("id", id));
                return work.First(
                    "SELECT id, empty, long, bytes, at, absent FROM kept WHERE id = @id",
                    r => Tuple.Create(r.Id(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetBytes(3), r.Time(4), r.Text(5)),
                    ("id", id));
            },
            CancellationToken.None);
        Assert.Equal((id, "", words), (read!.Item1, read.Item2, read.Item3));
        Assert.Equal([], read.Item4!);
        Assert.Equal((DateTimeOffset.UnixEpoch, null), (read.Item5, read.Item6));
    }

    // Npgsql uses one transaction object again and again.
    private static object Identity(IUnitOfWork work) => work.Dialect == SqlDialect.Sqlite
        ? work.Transaction
        : work.Connection.ExecuteScalar<long>("SELECT txid_current()", transaction: work.Transaction);

    private static int Insert(IUnitOfWork work, string body) => work.Connection.Execute(
        "INSERT INTO applied (event_id, key, body) VALUES (@id, NULL, @body)", new { id = Guid.NewGuid().ToString(), body }, work.Transaction);

    private Task<TestService> StartAsync(SqlDialect dialect) => TestService.StartAsync(
        cluster.Bootstrap, dialect == SqlDialect.Sqlite ? sqlite.Options : postgres.NewDatabase(), null, "", ["none"]);
}
