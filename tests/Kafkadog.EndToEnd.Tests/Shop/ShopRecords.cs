using System.Text;
using Confluent.Kafka;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <param name="Event">null for a record that is no event of the shop.</param>
internal sealed record ShopRecord(TopicPartitionOffset At, Message<string?, byte[]?> Message, Envelope? Event);

/// <summary>The topics as any Kafka client sees them: every committed record from the beginning to the end.</summary>
internal static class ShopRecords
{
    public static readonly string[] Journal = [Topics.Orders, Topics.Payments, Topics.Inventory, Topics.Outcomes];

    public static List<ShopRecord> Read(string bootstrap, params string[] topics)
    {
        using var consumer = new ConsumerBuilder<string?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "ledger",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        var unread = Partitions(bootstrap, topics).ToHashSet();
        consumer.Assign(unread.Select(p => new TopicPartitionOffset(p, Offset.Beginning)));

        List<ShopRecord> records = [];
        while (unread.Count > 0)
        {
            var next = consumer.Consume(Executable.Patience);
            Assert.True(next is not null, "no answer about " + string.Join(", ", unread));
            if (next.IsPartitionEOF)
            {
                unread.Remove(next.TopicPartition);
            }
            else
            {
                records.Add(new ShopRecord(next.TopicPartitionOffset, next.Message, Parse(next)));
            }
        }

        consumer.Close();
        return records;
    }

    public static List<TopicPartition> Partitions(string bootstrap, params string[] topics)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        return [.. topics.SelectMany(t => admin.GetMetadata(t, Executable.Patience).Topics.Single().Partitions.Select(p => new TopicPartition(t, p.PartitionId)))];
    }

    private static Envelope? Parse(ConsumeResult<string?, byte[]?> record)
    {
        var type = record.Message.Headers.TryGetLastBytes(HeaderNames.EventType, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
        return (EventParser.Parse(record.Topic, type, record.Message.Key, record.Message.Value) as ParseResult.Event)?.Envelope;
    }
}
