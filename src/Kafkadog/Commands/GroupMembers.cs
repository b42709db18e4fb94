using System.Globalization;
using System.Text.Json.Nodes;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary>The running instances whose service consumes as one group, and their switches.</summary>
internal sealed class GroupMembers
{
    private const string DuplicatesMetric = "kafkadog_inbox_duplicates";

    private readonly string group;
    private readonly IReadOnlyList<InstanceStatus> instances;

    private GroupMembers(string group, IReadOnlyList<InstanceStatus> instances) => (this.group, this.instances) = (group, instances);

    public static async Task<GroupMembers> FindAsync(ControlClient control, string group, CancellationToken cancellationToken)
    {
        List<InstanceStatus> found = [];
        foreach (var instance in await control.ListAsync(cancellationToken))
        {
            if (instance.State == InstanceState.Ready && Roles.Find(instance.Role).IsService && await ConsumesAsync(instance, group, cancellationToken))
            {
                found.Add(instance);
            }
        }

        return found.Count > 0 ? new GroupMembers(group, found) : throw new CommandFailure(
            ExitCodes.NotFound, $"no running service consumes as {Terminal.Printable(group)}", "see `kafkadog status` and `kafkadog groups list`");
    }

    public Task StopAsync(CancellationToken cancellationToken) => SwitchAsync("stop", cancellationToken);

    public Task ResumeAsync(CancellationToken cancellationToken) => SwitchAsync("resume", cancellationToken);

    /// <summary>Events of this group that were recognised as handled before, since the instances started.</summary>
    public async Task<long> DuplicatesAsync(CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var instance in instances)
        {
            var metrics = await ShopAddress.Http.GetStringAsync(new Uri(instance.Url + "/metrics"), cancellationToken);
            total += metrics.Split('\n')
                .Where(l => l.StartsWith(DuplicatesMetric, StringComparison.Ordinal) && l.Contains($"\"{group}\"", StringComparison.Ordinal))
                .Sum(l => (long)double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
        }

        return total;
    }

    public override string ToString() => string.Join(", ", instances.Select(i => i.Name));

    private static async Task<bool> ConsumesAsync(InstanceStatus instance, string group, CancellationToken cancellationToken)
    {
        var answer = await ShopAddress.Http.GetStringAsync(new Uri(instance.Url + "/admin/consumers"), cancellationToken);
        return JsonNode.Parse(answer)!.AsArray().Any(c => c!["group"]!.GetValue<string>() == group);
    }

    private async Task SwitchAsync(string verb, CancellationToken cancellationToken)
    {
        await Task.WhenAll(instances.Select(async instance =>
        {
            using var answer = await ShopAddress.Http.PostAsync(
                new Uri($"{instance.Url}/admin/consumers/{Uri.EscapeDataString(group)}/{verb}"), content: null, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }));
    }
}
