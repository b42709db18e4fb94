using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Benchmarks.Orders;

namespace Kafkadog.Benchmarks.CompareKafka;

/// <summary>A broker as a process of its own, on a free port and with a data directory of its own.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Func<Task> stop;

    private Peer(string name, int port, int processId, TimeSpan ready, Func<Task> stop) =>
        (Name, Port, ProcessId, Ready, this.stop) = (name, port, processId, ready, stop);

    public string Name { get; }

    public int Port { get; }

    public int ProcessId { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan Ready { get; }

    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public ProcessUse Use() => ProcessUse.Of(Name, ProcessId);

    /// <summary>This project's broker.</summary>
    /// <param name="executable">The published <c>kafkadog</c>.</param>
    /// <param name="dataDirectory">Kept when the peer stops.</param>
    public static Task<Peer> KafkadogAsync(string executable, string dataDirectory) =>
        ChildAsync("kafkadog", executable, port => BrokerProcess.Arguments(executable, port, dataDirectory));

    /// <summary>The broker that parses and acknowledges, and keeps nothing: see <see cref="NullBroker"/>.</summary>
    public static Task<Peer> NullAsync() =>
        ChildAsync("null broker", Environment.ProcessPath!, port => [.. Self(), "null-broker", "--port", $"{port}"]);

    /// <summary>Apache Kafka with its own defaults and a heap of 1 GiB.</summary>
    /// <param name="tools">The folder with <c>start</c>, <c>stop</c> and Apache Kafka's own tools.</param>
    /// <param name="dataDirectory">Kept when the peer stops.</param>
    public static async Task<Peer> ApacheKafkaAsync(string tools, string dataDirectory)
    {
        var port = FreePort();
        var began = Stopwatch.GetTimestamp();
        await RunAsync("start");
        var processId = int.Parse(await File.ReadAllTextAsync(Path.Combine(dataDirectory, "pid")), CultureInfo.InvariantCulture);
        return new("Apache Kafka", port, processId, Stopwatch.GetElapsedTime(began), () => RunAsync("stop"));

        async Task RunAsync(string tool)
        {
            using var process = Process.Start(new ProcessStartInfo(
                Path.Combine(tools, tool), ["--port", $"{port}", "--dir", dataDirectory]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Patience);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{tool} of Apache Kafka ended with {process.ExitCode}.");
            }
        }
    }

    public async ValueTask DisposeAsync() => await stop();

    private static async Task<Peer> ChildAsync(string name, string executable, Func<int, string[]> arguments)
    {
        var port = FreePort();
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(executable, arguments(port)) { UseShellExecute = false, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await BrokerProcess.UntilItAnswersAsync(process, port);
        return new(name, port, process.Id, Stopwatch.GetElapsedTime(began), async () =>
        {
            using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            await process.WaitForExitAsync().WaitAsync(Patience);
            process.Dispose();
        });
    }

    // `dotnet Kafkadog.Benchmarks.dll` needs the name of the assembly, the apphost does not.
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Peer).Assembly.Location] : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
