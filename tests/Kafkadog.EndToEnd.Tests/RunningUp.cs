using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Kafkadog.EndToEnd.Tests;

/// <summary>A <c>kafkadog up</c> of its own: temporary data, free ports, gone at the end of the test.</summary>
internal sealed class RunningUp : IAsyncDisposable
{
    private readonly TemporaryDirectory? temporary;
    private readonly StringBuilder said = new();
    private readonly TaskCompletionSource allReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningUp(TemporaryDirectory? temporary, string data, Process process, IReadOnlyDictionary<string, int> ports)
    {
        (this.temporary, Data, Process, Ports) = (temporary, data, process, ports);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Data { get; }

    public Process Process { get; }

    public IReadOnlyDictionary<string, int> Ports { get; }

    public string Bootstrap => $"127.0.0.1:{Ports["broker"]}";

    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Only the broker: enough for what the supervisor and the Kafka commands do.</summary>
    public static Task<RunningUp> BrokerAsync() =>
        StartAsync(null, [.. Roles.All.Where(r => !r.IsBroker).Select(r => $"--no-{r.Name}")]);

    public static async Task<RunningUp> StartAsync(string? data, params string[] arguments)
    {
        var owned = data is null ? new TemporaryDirectory() : null;
        data ??= owned!.Data;
        var ports = Roles.All.Select(r => r.Name).Zip(FreePorts(Roles.All.Count)).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        string[] all = ["up", .. ports.SelectMany(p => new[] { $"--port-{p.Key}", p.Value.ToString(CultureInfo.InvariantCulture) }), .. arguments];
        var up = new RunningUp(owned, data, Process.Start(Executable.Start(data, all))!, ports);
        try
        {
            await up.WaitUntilReadyAsync();
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }

        return up;
    }

    public static int[] FreePorts(int count)
    {
        // All are held until all are found, so that none is given twice.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        listeners.ForEach(l => l.Dispose());
        return ports;
    }

    public Task<Answer> RunAsync(params string[] arguments) => Executable.RunAsync(Data, arguments);

    public async Task<JsonArray> StatusAsync() =>
        JsonNode.Parse((await RunAsync("status", "--json")).Succeeded().Output)!.AsArray();

    public async Task<JsonNode> StatusAsync(string instance) =>
        (await StatusAsync()).Single(i => i!["name"]!.GetValue<string>() == instance)!;

    /// <summary>Asks until the instance is as wanted.</summary>
    public async Task<JsonNode> UntilAsync(string instance, Func<JsonNode, bool> isAsWanted)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync(instance);
            if (isAsWanted(status))
            {
                return status;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Executable.Patience, $"still {status.ToJsonString()}\n{Said}");
        }
    }

    /// <summary>Asks until it is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string awaited)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Executable.Patience, $"waited in vain for {awaited}\n{Said}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Executable.Signal(Process.Id, 15);
        }

        try
        {
            await Process.WaitForExitAsync().WaitAsync(Executable.Patience);
        }
        catch (TimeoutException)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
        temporary?.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        var exited = Process.WaitForExitAsync();
        await Task.WhenAny(allReady.Task, exited, Task.Delay(Executable.Patience));
        Assert.True(allReady.Task.IsCompleted, $"kafkadog up {(exited.IsCompleted ? "ended" : "is not ready")}:\n{Said}");
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (said)
        {
            said.AppendLine(line);
        }

        if (line.StartsWith("all ", StringComparison.Ordinal))
        {
            allReady.TrySetResult();
        }
    }
}
