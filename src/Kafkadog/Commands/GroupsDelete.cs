using System.CommandLine;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog groups delete</c> and <c>delete-offsets</c>: forget groups without members, or what they committed for topics.</summary>
internal static class GroupsDelete
{
    public static Command Groups()
    {
        var names = new Argument<string[]>("GROUP") { Arity = ArgumentArity.OneOrMore };
        var verb = Sub("delete", "Delete groups without members, with their offsets", "groups delete demo-group --yes");
        verb.Add(names);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            var groups = parsed.GetValue(names)!;
            parsed.Confirm($"Delete {string.Join(", ", groups.Select(Terminal.Printable))} with every committed offset?");
            using var admin = clients.Admin();
            await admin.DeleteGroupsAsync(groups, new DeleteGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            Answer(parsed, "deleted", groups);
            return ExitCodes.Ok;
        });
        return verb;
    }

    public static Command Offsets()
    {
        var name = new Argument<string>("GROUP");
        var topics = new Option<string[]>("--topic") { Description = "Repeat it for more", HelpName = "TOPIC", Required = true };
        var verb = Sub("delete-offsets", "Forget what a group committed for topics it does not read now", "groups delete-offsets demo-group --topic demo --yes");
        verb.Add(name);
        verb.Add(topics);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            var wanted = parsed.GetValue(topics)!;
            var partitions = wanted.SelectMany(topic => TopicChecks.Exists(clients, topic).Partitions.Select(p => new TopicPartition(topic, p.PartitionId))).ToList();
            parsed.Confirm($"Forget the offsets of {Terminal.Printable(parsed.GetValue(name)!)} for {string.Join(", ", wanted.Select(Terminal.Printable))}?");
            using var admin = clients.Admin();
            await admin.DeleteConsumerGroupOffsetsAsync(
                parsed.GetValue(name)!, partitions, new DeleteConsumerGroupOffsetsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            Answer(parsed, "forgot the offsets for", wanted);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Sub(string name, string description, params string[] examples) => new(name, description, examples)
    {
        CommonOptions.Yes, KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
    };

    private static void Answer(ParseResult parsed, string done, IReadOnlyList<string> names)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommonOptions.WriteJson(names, CliJson.Default.IReadOnlyListString);
        }
        else
        {
            Terminal.Say($"{done} {string.Join(", ", names.Select(Terminal.Printable))}");
        }
    }
}
