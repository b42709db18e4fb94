using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Kafkadog.Supervision;

/// <summary>
/// The instances as server-sent events: first all of them, then each whose state, process or number of restarts is another.
/// A watcher that is slow sees the last state only.
/// </summary>
internal static class InstanceChanges
{
    public static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        Supervisor supervisor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = new Dictionary<string, Told>(StringComparer.Ordinal);
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = supervisor.Changes.Next;
            var all = supervisor.Instances.Select(instance => instance.Status()).ToList();
            foreach (var status in all)
            {
                var now = new Told(status.State, status.Since, status.ProcessId, status.Restarts);
                if (!told.TryGetValue(status.Name, out var before) || before != now)
                {
                    told[status.Name] = now;
                    yield return new(JsonSerializer.Serialize(status, CliJson.Default.InstanceStatus), "instance");
                }
            }

            foreach (var gone in told.Keys.Except(all.Select(status => status.Name), StringComparer.Ordinal).ToList())
            {
                told.Remove(gone);
                yield return new(JsonSerializer.Serialize(new InstanceRemoved(gone), CliJson.Default.InstanceRemoved), "removed");
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private readonly record struct Told(InstanceState State, DateTimeOffset Since, int? ProcessId, int Restarts);
}

internal sealed record InstanceRemoved(string Name);
