using System.CommandLine;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog groups</c>: list, describe, reset and delete consumer groups.</summary>
internal static class Groups
{
    public static Command Create() => new Verb("groups", "Consumer groups of the cluster", "groups list", "groups describe payment-service-group")
    {
        List(), Describe(), GroupsReset.Create(), GroupsDelete.Groups(), GroupsDelete.Offsets(),
    };

    private static Verb List()
    {
        var verb = Sub("list", "Every consumer group and its state", "groups list --json");
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var groups = await ListAsync(admin, cancelled);
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(groups, CliJson.Default.IReadOnlyListGroupSummary);
                return ExitCodes.Ok;
            }

            var table = Terminal.Table("GROUP", "STATE", "PROTOCOL");
            foreach (var group in groups)
            {
                table.Row(group.Group, group.State, group.Type);
            }

            Terminal.Out.Write(table);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Describe()
    {
        var names = new Argument<string[]>("GROUP") { Description = "Without it, all of them", Arity = ArgumentArity.ZeroOrMore };
        var verb = Sub("describe", "Members, committed offsets and lag of groups", "groups describe payment-service-group");
        verb.Add(names);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var named = parsed.GetValue(names) ?? [];
            var groups = new List<GroupDetails>();
            foreach (var name in named.Length > 0 ? named : [.. (await ListAsync(admin, cancelled)).Select(group => group.Group)])
            {
                groups.Add(await GroupReader.ReadAsync(admin, name, cancelled));
            }

            if (!parsed.GetValue(CommonOptions.Json))
            {
                groups.ForEach(Write);
            }
            else if (named.Length == 1)
            {
                CommonOptions.WriteJson(groups[0], CliJson.Default.GroupDetails);
            }
            else
            {
                CommonOptions.WriteJson(groups, CliJson.Default.IReadOnlyListGroupDetails);
            }

            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task<IReadOnlyList<GroupSummary>> ListAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        var answer = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
        return [.. answer.Valid.OrderBy(g => g.GroupId, StringComparer.Ordinal).Select(g => new GroupSummary(g.GroupId, g.State.ToString(), g.Type.ToString()))];
    }

    private static void Write(GroupDetails group)
    {
        Console.Out.WriteLine($"{Terminal.Printable(group.Group)}: {group.State}, {group.Members} members, assignor {(group.Assignor.Length > 0 ? group.Assignor : "-")}");
        var table = Terminal.Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "CLIENT", "MEMBER");
        foreach (var p in group.Partitions)
        {
            table.Row(p.Topic, Text(p.Partition), Text(p.Committed), Text(p.End), Text(p.Lag), p.ClientId ?? "-", p.MemberId ?? "-");
        }

        Terminal.Out.Write(table);
    }

    private static Verb Sub(string name, string description, params string[] examples) => new(name, description, examples)
    {
        KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
    };

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
