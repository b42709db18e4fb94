using Kafkadog.Dashboard.Observing;
using Kafkadog.Supervision;

namespace Kafkadog.Hosting;

/// <summary>The dashboard's hold on the processes of the same data directory, through the supervisor's control endpoint.</summary>
internal sealed class SupervisorControl(DataDirectory data) : IInstanceControl, IDisposable
{
    private readonly Lock gate = new();
    private ControlClient? client;

    public bool CanChange => true;

    public async Task<IReadOnlyList<ShopInstance>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await AskAsync(c => c.ListAsync(cancellationToken))).Select(Shown)];

    public Task ChangeAsync(string instance, string verb, CancellationToken cancellationToken) =>
        AskAsync(c => c.ChangeAsync(instance, verb, cancellationToken));

    public Task AddAsync(string role, CancellationToken cancellationToken) => AskAsync(c => c.AddAsync(role, cancellationToken));

    public async Task<string> LogTailAsync(string instance, int lines, CancellationToken cancellationToken)
    {
        await using var stream = await AskAsync(c => c.LogsAsync(instance, lines, follow: false, cancellationToken));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public void Dispose() => client?.Dispose();

    private async Task<T> AskAsync<T>(Func<ControlClient, Task<T>> question)
    {
        try
        {
            return await question(Connect());
        }
        catch (CommandFailure e)
        {
            // Another supervisor may have started on the directory: the next question reads its file.
            lock (gate)
            {
                client?.Dispose();
                client = null;
            }

            throw new InstanceControlException($"{e.Message}; {e.Next}");
        }
    }

    private ControlClient Connect()
    {
        lock (gate)
        {
            return client ??= ControlClient.Connect(data);
        }
    }

    private static ShopInstance Shown(InstanceStatus status) => new(
        status.Name,
        status.Role,
        status.Number,
        status.Url,
        Enum.Parse<ShopInstanceState>(status.State.ToString()),
        status.ProcessId,
        status.Since,
        status.UptimeSeconds,
        status.Restarts,
        status.LastExit is { } exit ? new LastExit(exit.Reason, exit.Code, exit.At) : null,
        status.ResidentBytes,
        status.CpuPercent);
}
