using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Analytics;

/// <summary>Publishes the best sellers of every period, every few minutes and on demand, when they have changed.</summary>
internal sealed partial class Snapshots(
    ILocalTransactions transactions,
    IDatabase database,
    IOptions<AnalyticsOptions> options,
    TimeProvider time,
    ILogger<Snapshots> logger) : BackgroundService
{
    /// <returns>What was published; empty when nothing has changed.</returns>
    public async Task<IReadOnlyList<TopProductsUpdated>> PublishAsync(bool evenIfUnchanged, CancellationToken cancellationToken)
    {
        List<TopProductsUpdated> published = [];
        foreach (var (period, length) in Periods.All)
        {
            var top = await TopProducts.ReadAsync(
                database, length, AnalyticsStore.Placed, options.Value.SnapshotSize, time.GetUtcNow(), cancellationToken);
            var snapshot = await transactions.ExecuteAsync(work => Publish(work, period, top, evenIfUnchanged), cancellationToken);
            if (snapshot is not null)
            {
                published.Add(snapshot);
            }
        }

        return published;
    }

    public async Task<IReadOnlyList<TopProductsUpdated>> LastAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync(
            "SELECT content FROM snapshots ORDER BY period",
            r => JsonSerializer.Deserialize(r.GetString(0), ContractsJsonContext.Default.TopProductsUpdated)!,
            [],
            cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.SnapshotSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PublishAsync(evenIfUnchanged: false, stoppingToken);
                await transactions.ExecuteAsync(AnalyticsStore.RollUp, stoppingToken);
            }
            catch (DbException e)
            {
                SnapshotFailed(e.Message);
            }
        }
    }

    private static TopProductsUpdated? Publish(IUnitOfWork work, string period, TopProducts top, bool evenIfUnchanged)
    {
        var last = work.First(
            "SELECT revision, content FROM snapshots WHERE period = @period" + work.ForUpdate(),
            r => Tuple.Create(r.GetInt64(0), r.GetString(1)),
            ("period", period));
        var snapshot = new TopProductsUpdated(
            [.. top.Products.Where(p => p.Revenue.Cents > 0)],
            period,
            work.Now,
            top.From,
            top.To,
            (int)((last?.Item1 ?? 0) + 1),
            Final: false,
            AnalyticsStore.Placed,
            (int)Math.Min(int.MaxValue, top.TotalOrders),
            top.TotalRevenue);
        var before = last is null ? null : JsonSerializer.Deserialize(last.Item2, ContractsJsonContext.Default.TopProductsUpdated);
        if (!evenIfUnchanged && before is not null && IsSame(before, snapshot))
        {
            return null;
        }

        work.Execute(
            """
            INSERT INTO snapshots (period, revision, content, published_at) VALUES (@period, @revision, @content, @now)
            ON CONFLICT (period) DO UPDATE SET revision = excluded.revision, content = excluded.content, published_at = excluded.published_at
            """,
            ("period", period),
            ("revision", snapshot.Revision),
            ("content", JsonSerializer.Serialize(snapshot, ContractsJsonContext.Default.TopProductsUpdated)),
            ("now", work.Now));

        // Nobody caused it but the clock: a story of its own.
        var trace = TraceIds.FromW3C((Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString());
        work.Publish(ServiceIdentity.Analytics, new Envelope(Guid.CreateVersion7(work.Now), work.Now, Guid.NewGuid(), trace, snapshot));
        return snapshot;
    }

    private static bool IsSame(TopProductsUpdated a, TopProductsUpdated b) =>
        a.TotalOrders == b.TotalOrders && a.TotalRevenue == b.TotalRevenue && a.Top.SequenceEqual(b.Top);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No snapshot could be taken ({Reason}); the next one tries again")]
    private partial void SnapshotFailed(string reason);
}
