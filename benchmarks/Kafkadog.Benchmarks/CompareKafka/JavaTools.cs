using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kafkadog.Benchmarks.CompareKafka;

/// <summary>Apache Kafka's own performance tools, as programs.</summary>
/// <param name="tools">The folder they are in.</param>
internal sealed partial class JavaTools(string tools)
{
    /// <returns>Records per second by the tool's own account.</returns>
    public async Task<double> ProduceAsync(string bootstrap, string topic, Cell cell)
    {
        var said = await RunAsync(
            "kafka-producer-perf-test.sh",
            ["--bootstrap-server", bootstrap, "--topic", topic, "--num-records", $"{cell.Records}", "--record-size", $"{cell.RecordBytes}", "--throughput", "-1",
             "--command-property", $"acks={cell.Acks}", $"compression.type={cell.Codec}"]);
        // The last line is of the whole run, those before of intervals.
        var sum = Sent().Matches(said).LastOrDefault(match => int.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture) == cell.Records);
        return Number(sum?.Groups["rate"].Value, said);
    }

    /// <returns>Records per second while fetching, without the time it took to join the group.</returns>
    public async Task<double> ConsumeAsync(string bootstrap, string topic, Cell cell)
    {
        var said = await RunAsync(
            "kafka-consumer-perf-test.sh",
            ["--bootstrap-server", bootstrap, "--topic", topic, "--num-records", $"{cell.Records}", "--hide-header", "--timeout", "30000"]);
        var fields = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(", ")).LastOrDefault(line => line.Length == 10);
        return Number(fields?[9], said);
    }

    /// <returns>Round trip of one record, in ms: mean, p50, p99 and p99.9.</returns>
    public async Task<RoundTrip> RoundTripAsync(string bootstrap, string topic, int records)
    {
        var said = await RunAsync("kafka-e2e-latency.sh", [bootstrap, topic, $"{records}", "all", "100"]);
        var percentiles = Percentiles().Match(said);
        return new(
            Number(Mean().Match(said).Groups["ms"].Value, said),
            Number(percentiles.Groups["p50"].Value, said),
            Number(percentiles.Groups["p99"].Value, said),
            Number(percentiles.Groups["p999"].Value, said));
    }

    private async Task<string> RunAsync(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(tools, tool), arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KAFKA_JVM_OPTS"] = "-server";
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xmx1g";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {said}{await errors}");
    }

    private static double Number(string? text, string said) => double.TryParse(text, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new InvalidOperationException($"Not what the tool was expected to say:\n{said}");

    [GeneratedRegex(@"(?<n>\d+) records sent, (?<rate>[\d.]+) records/sec")]
    private static partial Regex Sent();

    [GeneratedRegex(@"Avg latency: (?<ms>[\d.]+) ms")]
    private static partial Regex Mean();

    [GeneratedRegex(@"50th = (?<p50>[\d.]+), 99th = (?<p99>[\d.]+), 99\.9th = (?<p999>[\d.]+)")]
    private static partial Regex Percentiles();
}

/// <summary>Milliseconds.</summary>
internal sealed record RoundTrip(double Mean, double P50, double P99, double P999);
