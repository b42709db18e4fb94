using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Apache Kafka's own programs around transactions. They are Java clients, which run transactions in the way of V2.</summary>
public abstract class KafkaToolTransactionConformance(KafkaTarget target)
{
    private const string NeedsTime = "Starts many Java programs; runs with KAFKADOG_NIGHTLY=1.";

    private readonly string _name = $"tools-tx-{Guid.NewGuid():N}";

    [Fact]
    public async Task Message_copier_copies_exactly_once_through_its_own_aborts()
    {
        Assert.SkipUnless(Nightly.IsOn, NeedsTime);
        const int Records = 500;
        var copier = SharedFolder.Require(Path.Combine("apache-kafka", "bin", "kafka-transactional-message-copier.sh"));
        await CreateAsync(_name, _name + "-out");
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = target.Servers }).Build())
        {
            for (var at = 0; at < Records; at++)
            {
                producer.Produce(_name, new() { Value = $"{at}" });
            }

            producer.Flush(KafkaTarget.Patience);
        }

        await ClientProcess.RunAsync(
            copier, "", "--broker-list", target.Servers, "--input-topic", _name, "--input-partition", "0", "--output-topic", _name + "-out", "--consumer-group", _name,
            "--transactional-id", _name, "--transaction-size", "50", "--max-messages", $"{Records}", "--enable-random-aborts", "--group-mode");
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = target.Servers, GroupId = "nobody", IsolationLevel = IsolationLevel.ReadCommitted, EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(_name + "-out", 0, Offset.Beginning));
        var copied = new List<int>();
        while (consumer.Consume(KafkaTarget.Patience) is { IsPartitionEOF: false } result)
        {
            copied.Add(int.Parse(result.Message.Value));
        }

        Assert.Equal(Enumerable.Range(0, Records), copied);
    }

    [Fact]
    public async Task Transactions_tool_finds_describes_and_aborts_a_hanging_transaction()
    {
        Assert.SkipUnless(Nightly.IsOn, NeedsTime);
        var tool = SharedFolder.Require(Path.Combine("apache-kafka", "bin", "kafka-transactions.sh"));
        await CreateAsync(_name);
        using var client = await WireClient.ConnectAsync(target.Port, TestContext.Current.CancellationToken);
        var producer = new TransactionalWire(client, _name);
        await producer.InitAsync();
        await producer.ProduceAsync(_name, 0, version: 12);
        string[] to = ["--bootstrap-server", target.Servers];
        var described = await ClientProcess.RunAsync(tool, "", [.. to, "describe", "--transactional-id", _name]);
        Assert.Contains("Ongoing", described, StringComparison.Ordinal);
        Assert.Contains(_name + "-0", described, StringComparison.Ordinal);
        await ClientProcess.RunAsync(tool, "", [.. to, "abort", "--topic", _name, "--partition", "0", "--start-offset", "0"]);
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1, IsolationLevel = 1, Topics = [new ListOffsetsRequestTopic { Name = _name, Partitions = [new ListOffsetsRequestPartition { Timestamp = -1 }] }],
        };
        var stable = await client.AskAsync<ListOffsetsResponse>(ApiSchemas.ListOffsets, 5, request, TestContext.Current.CancellationToken);
        Assert.Equal(2, stable.Topics.Single().Partitions.Single().Offset);
    }

    private async Task CreateAsync(params string[] topics)
    {
        await target.StartAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = target.Servers }).Build();
        await admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification { Name = topic, NumPartitions = 1 }));
    }
}

public sealed class KafkaToolTransactionsOnKafkadogTests(EmbeddedTarget target) : KafkaToolTransactionConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class KafkaToolTransactionsOnApacheKafkaTests(ApacheKafka target) : KafkaToolTransactionConformance(target);
