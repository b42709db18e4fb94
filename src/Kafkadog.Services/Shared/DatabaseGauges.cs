using System.Diagnostics.Metrics;
using Kafkadog.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Services.Shared;

/// <summary>Gauges whose truth is in the database: read every few seconds, so that a scrape never waits for SQL.</summary>
internal static class DatabaseGauges
{
    /// <param name="sql">Answers rows of (tag value, number); at most 100 are kept. <c>@now</c> is the time in Unix milliseconds.</param>
    public static void AddDatabaseGauge(this IServiceCollection services, string name, string tag, string sql, string description)
    {
        services.AddSingleton(new DatabaseGauge(name, tag, sql, description));
        services.AddHostedService<DatabaseGaugeReader>();
    }
}

internal sealed record DatabaseGauge(string Name, string Tag, string Sql, string Description);

internal sealed partial class DatabaseGaugeReader(
    IEnumerable<DatabaseGauge> gauges,
    IDatabase database,
    IMeterFactory meters,
    TimeProvider time,
    ILogger<DatabaseGaugeReader> logger) : BackgroundService
{
    private const int MaxRows = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Measurement<long>[]> values = gauges.ToDictionary(g => g.Name, _ => Array.Empty<Measurement<long>>(), StringComparer.Ordinal);
    private readonly Lock gate = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var meter = meters.Create(ServiceMeter.Name);
        foreach (var gauge in gauges)
        {
            meter.CreateObservableGauge(gauge.Name, () => Last(gauge), description: gauge.Description);
        }

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            foreach (var gauge in gauges)
            {
                await RefreshAsync(gauge, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RefreshAsync(DatabaseGauge gauge, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await database.QueryAsync(
                gauge.Sql,
                r => new Measurement<long>(r.GetInt64(1), new KeyValuePair<string, object?>(gauge.Tag, r.GetString(0))),
                gauge.Sql.Contains("@now", StringComparison.Ordinal) ? [("now", time.GetUtcNow())] : [],
                cancellationToken);
            lock (gate)
            {
                values[gauge.Name] = [.. rows.Take(MaxRows)];
            }
        }
        catch (System.Data.Common.DbException e)
        {
            // The gauge keeps its last value; readiness tells of a database that is down.
            GaugeUnread(gauge.Name, e.Message);
        }
    }

    private Measurement<long>[] Last(DatabaseGauge gauge)
    {
        lock (gate)
        {
            return values[gauge.Name];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gauge {Gauge} could not be read: {Reason}")]
    private partial void GaugeUnread(string gauge, string reason);
}
