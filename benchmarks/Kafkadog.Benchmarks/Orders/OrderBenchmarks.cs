using System.Diagnostics;

namespace Kafkadog.Benchmarks.Orders;

/// <summary>
/// The figures of <c>docs/performance.md</c> that concern the whole system. Each starts the system itself, measures from
/// outside, prints one table and stops it again.
/// </summary>
internal static class OrderBenchmarks
{
    private const string PlentyOfStock = "Inventory:InitialStock=10000000";

    /// <summary>Process start to every role ready; the first run creates the data directory, the following ones open it.</summary>
    public static async Task StartupAsync(string executable, int runs)
    {
        using var data = new TemporaryDirectory();
        Console.WriteLine("| run | all roles ready, s |\n|---|---|");
        for (var run = 1; run <= runs; run++)
        {
            await using var system = await RunningSystem.StartAsync(executable, data.Path);
            Console.WriteLine($"| {(run == 1 ? "first" : $"{run}")} | {system.Ready.TotalSeconds:F2} |");
        }
    }

    /// <summary>Process start of the broker alone until it answers ApiVersions.</summary>
    public static async Task BrokerStartupAsync(string executable, int runs)
    {
        using var data = new TemporaryDirectory();
        var all = new List<(TimeSpan Ready, long ResidentBytes)>();
        Console.WriteLine("| run | broker answers, ms | RSS a second later, MB |\n|---|---|---|");
        for (var run = 1; run <= runs; run++)
        {
            all.Add(await BrokerProcess.MeasureStartAsync(executable, data.Path));
            Row(run == 1 ? "first" : $"{run}", all[^1].Ready, all[^1].ResidentBytes);
        }

        Row("median", all.Select(one => one.Ready).Order().ElementAt(runs / 2), all.Select(one => one.ResidentBytes).Order().ElementAt(runs / 2));

        static void Row(string run, TimeSpan ready, long residentBytes) => Console.WriteLine($"| {run} | {ready.TotalMilliseconds:F0} | {residentBytes / 1e6:F0} |");
    }

    /// <summary>Memory and processor time of every process, idle and after load.</summary>
    public static async Task ResourcesAsync(string executable, TimeSpan settle, TimeSpan idle)
    {
        using var data = new TemporaryDirectory();
        await using var system = await RunningSystem.StartAsync(executable, data.Path, "--fast", PlentyOfStock);
        await Task.Delay(settle);
        var before = await system.UseAsync();
        var watch = Stopwatch.StartNew();
        await Task.Delay(idle);
        var after = await system.UseAsync();
        var seconds = watch.Elapsed.TotalSeconds;

        using (var load = new OrderLoad(system.Gateway, system.BootstrapServers))
        {
            await load.RunAsync(200, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        }

        var loaded = await system.UseAsync();
        Console.WriteLine("| process | idle RSS, MB | idle PSS, MB | idle CPU, % of a core | RSS after 3,000 orders, MB | PSS after them, MB |\n|---|---|---|---|---|---|");
        for (var i = 0; i < after.Count; i++)
        {
            Row(after[i].Name, after[i].ResidentBytes, after[i].ProportionalBytes, (after[i].CpuSeconds - before[i].CpuSeconds) / seconds, loaded[i].ResidentBytes, loaded[i].ProportionalBytes);
        }

        Row(
            "all together",
            after.Sum(p => p.ResidentBytes),
            after.Sum(p => p.ProportionalBytes),
            (after.Sum(p => p.CpuSeconds) - before.Sum(p => p.CpuSeconds)) / seconds,
            loaded.Sum(p => p.ResidentBytes),
            loaded.Sum(p => p.ProportionalBytes));

        static void Row(string name, long idleRss, long idlePss, double cpu, long loadedRss, long loadedPss) => Console.WriteLine(
            $"| {name} | {idleRss / 1e6:F0} | {idlePss / 1e6:F0} | {cpu * 100:F1} | {loadedRss / 1e6:F0} | {loadedPss / 1e6:F0} |");
    }

    /// <summary>A fixed arrival rate for a time; every order must have its outcome in the end.</summary>
    public static async Task OrdersAsync(string executable, int ordersPerSecond, TimeSpan warmUp, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var system = await RunningSystem.StartAsync(executable, data.Path, "--fast", PlentyOfStock);
        using var load = new OrderLoad(system.Gateway, system.BootstrapServers);
        await load.RunAsync(Math.Min(50, ordersPerSecond), warmUp, TimeSpan.FromSeconds(10));

        using var measured = new OrderLoad(system.Gateway, system.BootstrapServers);
        var before = await system.UseAsync();
        var result = await measured.RunAsync(ordersPerSecond, duration, TimeSpan.FromMinutes(2));
        var after = await system.UseAsync();
        Console.WriteLine($"""
            | figure | {ordersPerSecond} orders/s for {duration.TotalSeconds:F0} s |
            |---|---|
            | accepted / refused / without outcome | {result.Accepted} / {result.Refused} / {result.WithoutOutcome} |
            | outcomes/s, first arrival to last outcome | {result.OutcomesPerSecond:F0} |
            | arrival to outcome record p50 / p90 / p99 / max, ms | {result.Percentile(50):F1} / {result.Percentile(90):F1} / {result.Percentile(99):F1} / {result.Percentile(100):F1} |
            | resident memory of all processes, MB | {after.Sum(p => p.ResidentBytes) / 1e6:F0} |
            """);
        for (var i = 0; i < after.Count; i++)
        {
            Console.WriteLine($"| CPU ms per order, {after[i].Name} | {(after[i].CpuSeconds - before[i].CpuSeconds) * 1000 / Math.Max(1, result.Accepted):F3} |");
        }
    }
}

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kafkadog-benchmark-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
