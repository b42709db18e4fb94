using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Kafkadog.Benchmarks.Orders;

/// <summary>The whole system as <c>kafkadog up</c> starts it: real processes, free ports, a data directory of its own.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly string[] Roles =
    [
        "broker", "api-gateway", "order-saga", "payment-service", "inventory-service",
        "notification-service", "analytics-service", "dlq-worker", "dashboard",
    ];

    private readonly Process supervisor;
    private readonly HttpClient control;

    private RunningSystem(Process supervisor, HttpClient control, TimeSpan ready, IReadOnlyDictionary<string, int> ports)
    {
        this.supervisor = supervisor;
        this.control = control;
        Ready = ready;
        Ports = ports;
    }

    /// <summary>From the start of the process until every role was ready.</summary>
    public TimeSpan Ready { get; }

    public IReadOnlyDictionary<string, int> Ports { get; }

    public string Gateway => $"http://127.0.0.1:{Ports["api-gateway"]}";

    public string Dashboard => $"http://127.0.0.1:{Ports["dashboard"]}/";

    public string BootstrapServers => $"127.0.0.1:{Ports["broker"]}";

    /// <param name="executable">The published <c>kafkadog</c>.</param>
    /// <param name="arguments">More arguments for <c>up</c>, such as <c>--fast</c>.</param>
    public static async Task<RunningSystem> StartAsync(string executable, string dataDirectory, params string[] arguments)
    {
        var ports = FreePorts();
        var start = new ProcessStartInfo(executable) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("up");
        start.ArgumentList.Add("--data-dir");
        start.ArgumentList.Add(dataDirectory);
        foreach (var (role, port) in ports)
        {
            start.ArgumentList.Add($"--port-{role}");
            start.ArgumentList.Add($"{port}");
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var client = await OpenControlAsync(process, Path.Combine(dataDirectory, "control.json"));
        while (!(await ListAsync(client)).All(i => i.State == "Ready"))
        {
            await Task.Delay(10);
        }

        return new(process, client, Stopwatch.GetElapsedTime(began), ports);
    }

    /// <summary>Every process of the system: the supervisor and its children.</summary>
    public async Task<IReadOnlyList<ProcessUse>> UseAsync()
    {
        var all = new List<ProcessUse> { ProcessUse.Of("supervisor", supervisor.Id) };
        all.AddRange((await ListAsync(control)).Where(i => i.ProcessId is not null).Select(i => ProcessUse.Of(i.Name, i.ProcessId!.Value)));
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        control.Dispose();
        using (var kill = Process.Start("kill", ["-TERM", $"{supervisor.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await supervisor.WaitForExitAsync();
        supervisor.Dispose();
    }

    private static async Task<HttpClient> OpenControlAsync(Process process, string controlFile)
    {
        while (!File.Exists(controlFile))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"kafkadog up ended with {process.ExitCode}; its message stands above.");
            }

            await Task.Delay(5);
        }

        var file = JsonSerializer.Deserialize<ControlFile>(await File.ReadAllTextAsync(controlFile), Json)!;
        return new HttpClient
        {
            BaseAddress = new Uri(file.Url),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", file.Token) },
        };
    }

    private static async Task<List<InstanceRow>> ListAsync(HttpClient client)
    {
        var rows = await client.GetFromJsonAsync<List<InstanceRow>>("/instances", Json) ?? [];
        return rows.Count == Roles.Length ? rows : [new("starting", "Starting", null)];
    }

    // Held open together, so that no two are the same.
    private static Dictionary<string, int> FreePorts()
    {
        var listeners = Roles.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = Roles.Zip(listeners, (role, l) => (role, ((IPEndPoint)l.LocalEndpoint).Port)).ToDictionary();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }

    private sealed record ControlFile(string Url, string Token);

    private sealed record InstanceRow(string Name, string State, int? ProcessId);
}

/// <summary>What one process takes, as the kernel counts it.</summary>
/// <param name="ResidentBytes">VmRSS. Pages that processes share, such as the runtime's code, count in each of them.</param>
/// <param name="ProportionalBytes">Pss: shared pages divided by the number of processes that share them.</param>
internal sealed record ProcessUse(string Name, long ResidentBytes, long ProportionalBytes, double CpuSeconds)
{
    public static ProcessUse Of(string name, int processId)
    {
        var rollup = File.ReadLines($"/proc/{processId}/smaps_rollup")
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length == 3)
            .ToDictionary(f => f[0], f => long.Parse(f[1]) * 1024, StringComparer.Ordinal);
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var cpu = (long.Parse(fields[11]) + long.Parse(fields[12])) / 100.0;
        return new(name, rollup["Rss:"], rollup["Pss:"], cpu);
    }
}
