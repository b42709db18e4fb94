using Confluent.Kafka;

namespace Kafkadog.Commands;

/// <summary>Settles that a topic exists before a client waits for it.</summary>
internal static class TopicChecks
{
    public static TopicMetadata Exists(KafkaClients clients, string topic)
    {
        using var admin = clients.Admin();
        var found = admin.GetMetadata(KafkaClients.Timeout).Topics.Find(t => t.Topic == topic);
        return found ?? throw new CommandFailure(
            ExitCodes.NotFound,
            $"there is no topic '{Terminal.Printable(topic)}'",
            $"make it with `kafkadog topics create {Terminal.Printable(topic)}`, or see what is there with `kafkadog topics list`");
    }
}
