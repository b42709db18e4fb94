using System.Diagnostics;
using Confluent.Kafka;
using HdrHistogram;
using Kafkadog.Benchmarks.Orders;
using Microsoft.Playwright;

namespace Kafkadog.Benchmarks.Dashboard;

/// <summary>What a browser tab costs, how soon a record is on its screen, and whether hours of it leave anything behind.</summary>
internal static class DashboardBenchmarks
{
    private const string PlentyOfStock = "Inventory:InitialStock=10000000";

    /// <summary>An order makes five records: four events and an analytics snapshot now and then.</summary>
    private const int RecordsPerOrder = 4;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    /// <summary>No tab, one tab, ten tabs at the same load: processor time of dashboard and broker, frames and bytes to one tab.</summary>
    public static async Task CostAsync(string executable, int ordersPerSecond, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var system = await RunningSystem.StartAsync(executable, data.Path, "--fast", PlentyOfStock);
        await using var browser = await Browser.StartAsync();
        using (var warmUp = new OrderLoad(system.Gateway, system.BootstrapServers))
        {
            await warmUp.RunAsync(ordersPerSecond, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
        }

        Console.WriteLine($"""
            {ordersPerSecond} orders/s, {ordersPerSecond * RecordsPerOrder} records/s, {duration.TotalSeconds:F0} s each

            | tabs on the overview | dashboard CPU, % of a core | broker CPU, % of a core | frames/s to one tab | KB/s to one tab |
            |---|---|---|---|---|
            """);
        foreach (var tabs in new[] { 0, 1, 10 })
        {
            var open = new List<Tab>();
            for (var i = 0; i < tabs; i++)
            {
                open.Add(await browser.OpenAsync(system.Dashboard));
            }

            await Task.Delay(Settle);
            using var load = new OrderLoad(system.Gateway, system.BootstrapServers);
            open.ForEach(t => t.Reset());
            var before = await system.UseAsync();
            var watch = Stopwatch.StartNew();
            await load.RunAsync(ordersPerSecond, duration, TimeSpan.FromSeconds(30));
            var seconds = watch.Elapsed.TotalSeconds;
            var after = await system.UseAsync();
            Console.WriteLine(
                $"| {tabs} | {Cpu("dashboard-1"):F1} | {Cpu("broker-1"):F1} | {(tabs == 0 ? "–" : $"{open[0].Frames / seconds:F1}")} | {(tabs == 0 ? "–" : $"{open[0].Bytes / seconds / 1000:F1}")} |");
            foreach (var tab in open)
            {
                await tab.DisposeAsync();
            }

            double Cpu(string name) => (after.Single(p => p.Name == name).CpuSeconds - before.Single(p => p.Name == name).CpuSeconds) / seconds * 100;
        }
    }

    /// <summary>From a record's own timestamp until its cell is in the page, at a rate at which single records are shown.</summary>
    public static async Task LatencyAsync(string executable, int ordersPerSecond, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var system = await RunningSystem.StartAsync(executable, data.Path, "--fast", PlentyOfStock);
        await using var browser = await Browser.StartAsync();
        using (var warmUp = new OrderLoad(system.Gateway, system.BootstrapServers))
        {
            await warmUp.RunAsync(ordersPerSecond, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        }

        await using var tab = await browser.OpenAsync(system.Dashboard);
        await Task.Delay(Settle);
        await tab.WatchCellsAsync();
        var began = DateTimeOffset.UtcNow;
        using (var load = new OrderLoad(system.Gateway, system.BootstrapServers))
        {
            await load.RunAsync(ordersPerSecond, duration, TimeSpan.FromSeconds(30));
        }

        await Task.Delay(TimeSpan.FromSeconds(1));
        var seen = await tab.SeenCellsAsync();
        var histogram = new LongHistogram(TimeSpan.FromMinutes(1).Ticks, 3);
        foreach (var (place, at) in Timestamps(system.BootstrapServers, [.. seen.Keys.Select(k => k.TopicPartition).Distinct()]))
        {
            // Older cells are drawn again when a tape changes its form: that is no first sight.
            if (at >= began && seen.TryGetValue(place, out var shown))
            {
                histogram.RecordValue(Math.Max(1, (long)(shown - at).TotalMilliseconds));
            }
        }

        Console.WriteLine($"""
            | record's timestamp to its cell on the screen, {ordersPerSecond} orders/s for {duration.TotalSeconds:F0} s | ms |
            |---|---|
            | p50 / p90 / p99 / max of {histogram.TotalCount} records | {histogram.GetValueAtPercentile(50)} / {histogram.GetValueAtPercentile(90)} / {histogram.GetValueAtPercentile(99)} / {histogram.GetMaxValue()} |
            """);
    }

    /// <summary>One tab under load for a long time: memory of the dashboard every minute, and in the end a click that must work.</summary>
    public static async Task SoakAsync(string executable, int ordersPerSecond, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var system = await RunningSystem.StartAsync(executable, data.Path, "--fast", PlentyOfStock);
        await using var browser = await Browser.StartAsync();
        await using var tab = await browser.OpenAsync(system.Dashboard);
        Console.WriteLine($"{ordersPerSecond} orders/s, {ordersPerSecond * RecordsPerOrder} records/s\n\n| minute | dashboard RSS, MB | dashboard PSS, MB | all RSS, MB | JS heap of the tab, MB |\n|---|---|---|---|---|");
        for (var minute = 1; minute <= duration.TotalMinutes; minute++)
        {
            using var load = new OrderLoad(system.Gateway, system.BootstrapServers);
            await load.RunAsync(ordersPerSecond, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));
            var use = await system.UseAsync();
            var own = use.Single(p => p.Name == "dashboard-1");
            Console.WriteLine(
                $"| {minute} | {own.ResidentBytes / 1e6:F0} | {own.ProportionalBytes / 1e6:F0} | {use.Sum(p => p.ResidentBytes) / 1e6:F0} | {await tab.HeapBytesAsync() / 1e6:F1} |");
        }

        var began = Stopwatch.GetTimestamp();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Glossary" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1, NameRegex = new("Glossary") }).WaitForAsync();
        Console.WriteLine($"\nnavigation after {duration.TotalMinutes:F0} minutes: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");
    }

    private static IEnumerable<(TopicPartitionOffset Place, DateTimeOffset At)> Timestamps(string bootstrapServers, IReadOnlyList<TopicPartition> partitions)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "benchmark", EnableAutoCommit = false, EnablePartitionEof = true, AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(p, Offset.Beginning)));
        for (var open = partitions.Count; open > 0;)
        {
            var result = consumer.Consume();
            if (result.IsPartitionEOF)
            {
                open--;
                continue;
            }

            yield return (new(result.TopicPartition, result.Offset), new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero));
        }
    }
}
