using System.CommandLine;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Services.Shared;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog topics</c>: list, describe, create, alter and delete.</summary>
internal static class Topics
{
    public static Command Create() => new Verb("topics", "Topics of the cluster", "topics list", "topics create demo --partitions 3")
    {
        List(), Describe(), Make(), TopicsAlter.Create(), Delete(),
    };

    private static Verb List()
    {
        var all = new Option<bool>("--internal") { Description = "With Kafka's own topics" };
        var verb = Sub("list", "Every topic with its partitions and records", "topics list --json");
        verb.Add(all);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var topics = admin.GetMetadata(KafkaClients.Timeout).Topics
                .Where(t => parsed.GetValue(all) || !t.Topic.StartsWith("__", StringComparison.Ordinal)).ToList();
            var details = await TopicReader.ReadAsync(admin, topics, cancelled);
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(details, CliJson.Default.IReadOnlyListTopicDetails);
                return ExitCodes.Ok;
            }

            var table = Terminal.Table("TOPIC", "PARTITIONS", "REPLICAS", "RECORDS");
            foreach (var topic in details)
            {
                table.Row(topic.Name, Text(topic.Partitions.Count), Text(topic.ReplicationFactor), Text(topic.Partitions.Sum(p => p.End - p.Start)));
            }

            Terminal.Out.Write(table);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Describe()
    {
        var names = new Argument<string[]>("TOPIC") { Description = "Without it, all of them", Arity = ArgumentArity.ZeroOrMore };
        var verb = Sub("describe", "Partitions, offsets and configuration of topics", "topics describe orders.v1");
        verb.Add(names);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var named = parsed.GetValue(names) ?? [];
            var wanted = named.Length > 0 ? [.. named.Select(name => TopicChecks.Exists(clients, name))] : admin.GetMetadata(KafkaClients.Timeout).Topics;
            var topics = new List<TopicDetails>();
            foreach (var topic in await TopicReader.ReadAsync(admin, wanted, cancelled))
            {
                topics.Add(topic with { Configuration = await TopicReader.ConfigurationAsync(admin, topic.Name) });
            }

            if (!parsed.GetValue(CommonOptions.Json))
            {
                topics.ForEach(Write);
            }
            else if (named.Length == 1)
            {
                CommonOptions.WriteJson(topics[0], CliJson.Default.TopicDetails);
            }
            else
            {
                CommonOptions.WriteJson(topics, CliJson.Default.IReadOnlyListTopicDetails);
            }

            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Write(TopicDetails topic)
    {
        Console.Out.WriteLine(Terminal.Printable(topic.Name));
        var table = Terminal.Table("PARTITION", "LEADER", "REPLICAS", "START", "END", "RECORDS");
        foreach (var p in topic.Partitions)
        {
            table.Row(Text(p.Partition), Text(p.Leader), string.Join(',', p.Replicas), Text(p.Start), Text(p.End), Text(p.End - p.Start));
        }

        Terminal.Out.Write(table);
        foreach (var (key, value) in topic.Configuration!)
        {
            Console.Out.WriteLine($"{key} = {Terminal.Printable(value)}");
        }
    }

    private static Verb Make()
    {
        var name = new Argument<string?>("TOPIC") { Description = "Without it, the shop's own topics", Arity = ArgumentArity.ZeroOrOne };
        var partitions = new Option<int>("--partitions") { Description = "How many", DefaultValueFactory = _ => 1 };
        var replicas = new Option<short>("--replication-factor") { Description = "Copies of each partition (-1: the cluster's default)", DefaultValueFactory = _ => -1 };
        var config = new Option<string[]>("--config") { Description = "A topic setting by Kafka's own name; repeat it for more", HelpName = "KEY=VALUE" };
        var ifNotExists = new Option<bool>("--if-not-exists") { Description = "Leave a topic that is there as it is" };
        var verb = Sub("create", "Make a topic, or the shop's topics", "topics create demo --partitions 3 --config retention.ms=60000", "topics create");
        verb.Add(name);
        verb.Add(partitions);
        verb.Add(replicas);
        verb.Add(config);
        verb.Add(ifNotExists);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            IReadOnlyList<string> created;
            if (parsed.GetValue(name) is { } one)
            {
                var wanted = new TopicSpecification
                {
                    Name = one,
                    NumPartitions = parsed.GetValue(partitions),
                    ReplicationFactor = parsed.GetValue(replicas),
                    Configs = CommonOptions.Pairs(parsed.GetValue(config) ?? [], "retention.ms=60000"),
                };
                created = await CreateAsync(admin, wanted, parsed.GetValue(ifNotExists), cancelled) ? [one] : [];
            }
            else
            {
                created = await TopicProvisioning.EnsureAsync(
                    new TopicProvisioningOptions(clients.Bootstrap, parsed.GetValue(replicas), Client: clients.Settings), cancelled);
            }

            Answer(parsed, "created", created);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Delete()
    {
        var names = new Argument<string[]>("TOPIC") { Arity = ArgumentArity.OneOrMore };
        var ifExists = new Option<bool>("--if-exists") { Description = "No error for a topic that is not there" };
        var verb = Sub("delete", "Delete topics with their records", "topics delete demo --yes");
        verb.Add(names);
        verb.Add(ifExists);
        verb.Add(CommonOptions.Yes);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            var topics = parsed.GetValue(names)!;
            parsed.Confirm($"Delete {string.Join(", ", topics)} with every record?");
            using var admin = clients.Admin();
            if (parsed.GetValue(ifExists))
            {
                topics = [.. topics.Intersect(admin.GetMetadata(KafkaClients.Timeout).Topics.Select(t => t.Topic), StringComparer.Ordinal)];
            }

            if (topics.Length == 0)
            {
                Answer(parsed, "deleted", topics);
                return ExitCodes.Ok;
            }

            await admin.DeleteTopicsAsync(topics, new DeleteTopicsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            Answer(parsed, "deleted", topics);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <returns>False when it was there and that is allowed.</returns>
    private static async Task<bool> CreateAsync(IAdminClient admin, TopicSpecification wanted, bool ifNotExists, CancellationToken cancellationToken)
    {
        try
        {
            await admin.CreateTopicsAsync([wanted], new CreateTopicsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
            return true;
        }
        catch (CreateTopicsException e) when (ifNotExists && e.Results.TrueForAll(r => r.Error.Code is ErrorCode.TopicAlreadyExists))
        {
            return false;
        }
    }

    private static Verb Sub(string name, string description, params string[] examples) => new(name, description, examples)
    {
        KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
    };

    private static void Answer(ParseResult parsed, string done, IEnumerable<string> topics)
    {
        IReadOnlyList<string> names = [.. topics];
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommonOptions.WriteJson(names, CliJson.Default.IReadOnlyListString);
        }
        else
        {
            Terminal.Say(names.Count == 0 ? "nothing was to be done" : $"{done} {string.Join(", ", names)}");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
