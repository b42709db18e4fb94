using System.CommandLine;
using System.Globalization;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog topics alter</c>: more partitions. Settings are changed by <c>kafkadog configs</c>.</summary>
internal static class TopicsAlter
{
    public static Command Create()
    {
        var name = new Argument<string>("TOPIC");
        var partitions = new Option<int>("--partitions") { Description = "How many there shall be, more than now", Required = true };
        var verb = new Verb("alter", "Add partitions; keys may then go to other partitions than before", "topics alter demo --partitions 6")
        {
            name, partitions, KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            var topic = TopicChecks.Exists(clients, parsed.GetValue(name)!);
            using var admin = clients.Admin();
            var wanted = new PartitionsSpecification { Topic = topic.Topic, IncreaseTo = parsed.GetValue(partitions) };
            await admin.CreatePartitionsAsync([wanted], new CreatePartitionsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson<IReadOnlyList<string>>([topic.Topic], CliJson.Default.IReadOnlyListString);
            }
            else
            {
                Terminal.Say($"{Terminal.Printable(topic.Topic)} has {wanted.IncreaseTo.ToString(CultureInfo.InvariantCulture)} partitions now");
            }

            return ExitCodes.Ok;
        });
        return verb;
    }
}
