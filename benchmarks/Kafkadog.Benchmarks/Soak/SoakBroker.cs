using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Benchmarks.Orders;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>One broker process after another, on the same port and the same data directory.</summary>
internal sealed class SoakBroker(string executable, string dataDirectory, params string[] settings) : IAsyncDisposable
{
    /// <summary>How long after a restart the clients may still be told of it: sessions, connections and coordinators are found anew.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> complaints = [];
    private Process? process;
    private HashSet<string> inherited = [];
    private long startedAt = Stopwatch.GetTimestamp();

    public int Port { get; } = FreePort();

    public string Servers => $"127.0.0.1:{Port}";

    /// <summary>True from the moment the broker is told to go until a while after another answers.</summary>
    public bool IsAway => Volatile.Read(ref startedAt) is var since && (since == 0 || Stopwatch.GetElapsedTime(since) < Aftermath);

    /// <summary>What the broker logged as a warning or worse, and what its runtime said when it ended.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    /// <summary>Returns when the broker answers.</summary>
    /// <returns>From the start of the process to its first answer.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo(executable, [.. BrokerProcess.Arguments(executable, Port, dataDirectory), .. settings])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Hear(line.Data, isComplaint: line.Data?.Contains(" warn: ") == true || line.Data?.Contains(" fail: ") == true || line.Data?.Contains(" crit: ") == true);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, isComplaint: true);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await BrokerProcess.UntilItAnswersAsync(process, Port);
        var ready = Stopwatch.GetElapsedTime(began);
        inherited = [.. Handles(process.Id).Where(link => link.StartsWith("pipe:", StringComparison.Ordinal))];
        Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());
        return ready;
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => EndAsync("-KILL");

    public Task StopAsync() => EndAsync("-TERM");

    public void ThrowIfEnded()
    {
        if (process!.HasExited)
        {
            throw new InvalidOperationException($"The broker ended with {process.ExitCode}:\n{string.Join('\n', complaints)}");
        }
    }

    public Sample Take(int life, TimeSpan age, Tally tally)
    {
        var use = ProcessUse.Of("broker", process!.Id);
        var threads = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("Threads:", StringComparison.Ordinal));
        return new(
            life, age, use.ResidentBytes, Handles(process.Id).Count(link => !inherited.Contains(link)), int.Parse(threads["Threads:".Length..]),
            BytesIn(dataDirectory), use.CpuSeconds, tally.Produced, tally.Consumed, tally.Explained, tally.Other);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await StopAsync();
        }

        process?.Dispose();
    }

    private async Task EndAsync(string signal)
    {
        Volatile.Write(ref startedAt, 0);
        using (var kill = Process.Start("kill", [signal, $"{process!.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        process = null;
    }

    private void Hear(string? line, bool isComplaint)
    {
        if (line is not null && isComplaint)
        {
            complaints.Enqueue(line);
        }
    }

    /// <summary>What each handle refers to. The pipes of the clients here, which librdkafka does not keep to itself, are every child's as well.</summary>
    private static IEnumerable<string> Handles(int processId)
    {
        foreach (var handle in new DirectoryInfo($"/proc/{processId}/fd").EnumerateFileSystemInfos())
        {
            // One that was closed since it was listed has no target.
            if (handle.LinkTarget is { } target)
            {
                yield return target;
            }
        }
    }

    /// <summary>Files come and go while they are counted.</summary>
    private static long BytesIn(string directory)
    {
        long bytes = 0;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true }))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Deleted since it was listed.
            }
        }

        return bytes;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The broker at one moment, and what was done until then.</summary>
/// <param name="Life">Which process it is, from 1.</param>
/// <param name="Age">Since this process answered first.</param>
internal sealed record Sample(
    int Life, TimeSpan Age, long ResidentBytes, int Handles, int Threads, long DiskBytes, double CpuSeconds, long Produced, long Consumed, int ExplainedErrors, int OtherErrors);
