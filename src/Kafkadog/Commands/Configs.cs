using System.CommandLine;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog configs</c>: settings of topics, brokers and groups, and the passwords of users.</summary>
internal static class Configs
{
    private const string Topic = "topic", Broker = "broker", Group = "group", User = "user";

    public static Command Create() => new Verb(
        "configs", "Settings of topics, brokers, groups and users", "configs describe topic orders.v1", "configs alter topic orders.v1 --set retention.ms=60000")
    {
        Describe(), Alter(),
    };

    private static Verb Describe()
    {
        var (type, name) = Entity(nameIsOptional: true);
        var all = new Option<bool>("--all") { Description = "With the defaults, not only what was set" };
        var verb = Sub("describe", "What was set, and by what", "configs describe topic orders.v1 --all", "configs describe broker --json");
        verb.Add(type);
        verb.Add(name);
        verb.Add(all);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var details = parsed.GetValue(type) == User
                ? await ScramUsers.DescribeAsync(admin, parsed.GetValue(name), cancelled)
                : await ConfigReader.ReadAsync(admin, ResourceOf(parsed.GetValue(type)!), parsed.GetValue(name), parsed.GetValue(all), cancelled);
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(details, CliJson.Default.IReadOnlyListConfigDetails);
                return ExitCodes.Ok;
            }

            var table = Terminal.Table("NAME", "SETTING", "VALUE", "FROM");
            foreach (var detail in details)
            {
                table.Row(detail.Entity, detail.Name, detail.Value ?? "(hidden)", detail.Source);
            }

            Terminal.Out.Write(table);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Alter()
    {
        var (type, name) = Entity(nameIsOptional: false);
        var set = new Option<string[]>("--set") { Description = "A setting by Kafka's own name; repeat it for more", HelpName = "KEY=VALUE" };
        var delete = new Option<string[]>("--delete") { Description = "Back to the default; repeat it for more", HelpName = "KEY" };
        var verb = Sub(
            "alter",
            "Set and unset; what is not named stays",
            "configs alter topic orders.v1 --set retention.ms=60000 --delete segment.ms",
            "configs alter user alice --set SCRAM-SHA-256=[iterations=8192,password=secret]");
        verb.Add(type);
        verb.Add(name);
        verb.Add(set);
        verb.Add(delete);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(set) is null && result.GetResult(delete) is null)
            {
                result.AddError("Say at least one of --set KEY=VALUE and --delete KEY.");
            }
        });
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var entity = parsed.GetValue(name)!;
            var values = CommonOptions.Pairs(parsed.GetValue(set) ?? [], "retention.ms=60000");
            var keys = parsed.GetValue(delete) ?? [];
            if (parsed.GetValue(type) == User)
            {
                await ScramUsers.AlterAsync(admin, entity, values, keys, cancelled);
            }
            else
            {
                List<ConfigEntry> changes =
                [
                    .. values.Select(pair => new ConfigEntry { Name = pair.Key, Value = pair.Value, IncrementalOperation = AlterConfigOpType.Set }),
                    .. keys.Select(key => new ConfigEntry { Name = key, IncrementalOperation = AlterConfigOpType.Delete }),
                ];
                var resource = new ConfigResource { Type = ResourceOf(parsed.GetValue(type)!), Name = entity };
                await admin.IncrementalAlterConfigsAsync(
                    new() { [resource] = changes }, new IncrementalAlterConfigsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            }

            IReadOnlyList<string> changed = [.. values.Keys, .. keys];
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(changed, CliJson.Default.IReadOnlyListString);
            }
            else
            {
                Terminal.Say($"changed {string.Join(", ", changed)} of {parsed.GetValue(type)} {Terminal.Printable(entity)}");
            }

            return ExitCodes.Ok;
        });
        return verb;
    }

    private static (Argument<string> Type, Argument<string?> Name) Entity(bool nameIsOptional)
    {
        var type = new Argument<string>("TYPE") { Description = "topic, broker, group or user" };
        type.AcceptOnlyFromAmong(Topic, Broker, Group, User);
        var name = new Argument<string?>("NAME")
        {
            Description = nameIsOptional ? "Its name; without it all of them" : "Its name, or the id of the broker",
            Arity = nameIsOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
        return (type, name);
    }

    private static ResourceType ResourceOf(string type) => type switch
    {
        Topic => ResourceType.Topic,
        Broker => ResourceType.Broker,
        _ => ResourceType.Group,
    };

    private static Verb Sub(string name, string description, params string[] examples) => new(name, description, examples)
    {
        KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
    };
}
