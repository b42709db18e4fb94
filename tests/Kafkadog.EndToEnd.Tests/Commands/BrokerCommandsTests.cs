using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Commands;

/// <summary>A broker as a process: its metrics and its log while it runs, and its files after it.</summary>
public sealed partial class BrokerCommandsTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Metrics_log_and_files_of_a_broker_can_be_looked_at()
    {
        using var directory = new TemporaryDirectory();
        var cancel = TestContext.Current.CancellationToken;
        using (var process = Process.Start(Executable.Start(directory.Data, "run", "broker", "--port", "0", "--metrics-port", "0", "--log-format", "json"))!)
        {
            var (ready, lines) = await ReadyAsync(process, cancel);
            Assert.All(lines, line => Assert.False(string.IsNullOrEmpty(JsonDocument.Parse(line).RootElement.GetProperty("Category").GetString())));
            using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = ready.Groups["kafka"].Value }).Build();
            for (var at = 0; at < 3; at++)
            {
                await producer.ProduceAsync("looked-at", new() { Key = $"k{at}", Value = "hello" }, cancel);
            }

            using var http = new HttpClient();
            var metrics = await http.GetStringAsync(ready.Groups["metrics"].Value, cancel);
            Assert.Matches(@"(?m)^kafka_server_brokertopicmetrics_messagesin_total\{.*topic=""looked-at"".*\} 3( |$)", metrics);
            Assert.Matches(@"(?m)^kafka_log_log_size\{.*topic=""looked-at"".*\} [1-9]", metrics);
            Assert.Matches(@"(?m)^kafka_server_replicamanager_partitioncount(\{.*\})? 1( |$)", metrics);
            Assert.Matches(@"(?m)^kafka_network_requestmetrics_totaltimems_bucket\{.*request=""Produce""", metrics);

            (await Executable.RunAsync(directory.Data, "broker", "verify")).Failed(ExitCodes.AlreadyRunning, "stop it first");
            Executable.Signal(process.Id, Terminate);
            await process.WaitForExitAsync(cancel);
        }

        var sound = await Executable.RunAsync(directory.Data, "broker", "verify", "--json");
        Assert.Equal(ExitCodes.Ok, sound.ExitCode);
        Assert.Equal(3, JsonDocument.Parse(sound.Output).RootElement.GetProperty("records").GetInt32());

        var log = Directory.EnumerateFiles(Path.Combine(directory.Data, "broker", "looked-at-0"), "*.log").Single();
        var dumped = await Executable.RunAsync(directory.Data, "broker", "dump-log", Path.GetDirectoryName(log)!, "--print-records");
        Assert.Equal(ExitCodes.Ok, dumped.ExitCode);
        Assert.Contains("| offset: 2 CreateTime: ", dumped.Output, StringComparison.Ordinal);
        Assert.Contains("key: k2 payload: hello", dumped.Output, StringComparison.Ordinal);

        var bytes = await File.ReadAllBytesAsync(log, cancel);
        bytes[70] ^= 1;
        await File.WriteAllBytesAsync(log, bytes, cancel);
        var damaged = await Executable.RunAsync(directory.Data, "broker", "verify", directory.Data);
        Assert.Equal(ExitCodes.Damaged, damaged.ExitCode);
        Assert.Contains($"DAMAGE  {log}: byte 0:", damaged.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Damaged, (await Executable.RunAsync(directory.Data, "broker", "dump-log", log, "--json")).ExitCode);
    }

    [Fact]
    public async Task Version_tells_program_formats_and_apis()
    {
        using var directory = new TemporaryDirectory();
        var answer = await Executable.RunAsync(directory.Data, "broker", "version", "--json");
        var versions = JsonDocument.Parse(answer.Output).RootElement;
        Assert.Equal(1, versions.GetProperty("formats").GetProperty("data directory").GetInt32());
        Assert.Contains(versions.GetProperty("apis").EnumerateArray(), api => api.GetProperty("name").GetString() == "Fetch");
        (await Executable.RunAsync(directory.Data, "broker", "verify", directory.Data)).Failed(ExitCodes.NotFound, "meta.properties");
        (await Executable.RunAsync(directory.Data, "broker", "dump-log", directory.Data)).Failed(ExitCodes.NotFound, "no segment");
    }

    [Fact]
    public async Task Standalone_broker_serves_a_client_and_has_the_options_of_run_broker()
    {
        using var directory = new TemporaryDirectory();
        var cancel = TestContext.Current.CancellationToken;
        var path = Path.Combine(Executable.Root, "artifacts", "bin", "Kafkadog.Broker.Host", new DirectoryInfo(AppContext.BaseDirectory).Name, OperatingSystem.IsWindows() ? "kafkadog-broker.exe" : "kafkadog-broker");
        Assert.SkipUnless(File.Exists(path), $"{path} is not built");
        using (var process = Process.Start(new ProcessStartInfo(path, ["--port", "0", "--data-dir", directory.Data, "--metrics-port", "0"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            var (ready, _) = await ReadyAsync(process, cancel);
            using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = ready.Groups["kafka"].Value }).Build();
            await producer.ProduceAsync("alone", new() { Key = "k", Value = "v" }, cancel);
            using var http = new HttpClient();
            Assert.Contains("kafka_server_brokertopicmetrics_messagesin_total", await http.GetStringAsync(ready.Groups["metrics"].Value, cancel), StringComparison.Ordinal);
            Executable.Signal(process.Id, Terminate);
            await process.WaitForExitAsync(cancel);
            Assert.Equal(0, process.ExitCode);
        }

        Assert.Equal(ExitCodes.Ok, (await Executable.RunAsync(directory.Data, "broker", "verify")).ExitCode);
        using var help = Process.Start(new ProcessStartInfo(path, "--help") { UseShellExecute = false, RedirectStandardOutput = true })!;
        var own = Options(await help.StandardOutput.ReadToEndAsync(cancel));
        var ofRun = Options((await Executable.RunAsync(directory.Data, "run", "--help")).Output);
        Assert.Equal(ofRun.Except(["--bootstrap", "--instance", "--fast"]).Order(StringComparer.Ordinal), own.Except(["--version"]).Order(StringComparer.Ordinal));

        static IEnumerable<string> Options(string help) => OptionLine().Matches(help.Split("Examples:")[0]).Select(match => match.Groups["option"].Value).Distinct(StringComparer.Ordinal);
    }

    private static async Task<(Match Ready, List<string> Before)> ReadyAsync(Process process, CancellationToken cancellationToken)
    {
        var before = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Executable.Patience, cancellationToken) is { } line)
        {
            if (ReadyLine().Match(line) is { Success: true } ready)
            {
                return (ready, before);
            }

            before.Add(line);
        }

        throw new InvalidOperationException($"the broker ended: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    [GeneratedRegex("Kafka broker ready at (?<kafka>[^,]+), .*metrics at (?<metrics>.+)$")]
    private static partial Regex ReadyLine();

    [GeneratedRegex("(?m)^  (-., )*(-\\?, )?(?<option>--[a-z-]+)")]
    private static partial Regex OptionLine();
}
