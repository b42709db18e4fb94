using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Transactions of Confluent.Kafka, the .NET client: they add partitions by requests of their own (transactions V1).</summary>
public abstract class ConfluentTransactionConformance(KafkaTarget target) : IAsyncLifetime
{
    private readonly string _name = $"confluent-tx-{Guid.NewGuid():N}";

    private static TimeSpan Patience => KafkaTarget.Patience;

    public async ValueTask InitializeAsync()
    {
        await target.StartAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = target.Servers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = _name, NumPartitions = 2 }, new TopicSpecification { Name = _name + "-out", NumPartitions = 1 }]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Committed_readers_see_whole_committed_transactions_and_nothing_else()
    {
        using var producer = Producer(_name);
        producer.InitTransactions(Patience);
        foreach (var (name, commit) in new[] { ("one", true), ("lost", false), ("two", true) })
        {
            producer.BeginTransaction();
            producer.Produce(new TopicPartition(_name, 0), new() { Value = name });
            producer.Produce(new TopicPartition(_name, 1), new() { Value = name });
            producer.Flush(Patience);
            if (commit)
            {
                producer.CommitTransaction(Patience);
            }
            else
            {
                producer.AbortTransaction(Patience);
            }
        }

        foreach (var partition in (int[])[0, 1])
        {
            Assert.Equal(["one", "two"], Read(new(_name, partition), IsolationLevel.ReadCommitted));
            Assert.Equal(["one", "lost", "two"], Read(new(_name, partition), IsolationLevel.ReadUncommitted));
        }
    }

    [Fact]
    public void Second_producer_of_an_id_fences_the_first_and_aborts_what_it_left()
    {
        using var first = Producer(_name);
        first.InitTransactions(Patience);
        first.BeginTransaction();
        first.Produce(new TopicPartition(_name, 0), new() { Value = "zombie" });
        first.Flush(Patience);
        using var second = Producer(_name);
        second.InitTransactions(Patience);
        second.BeginTransaction();
        second.Produce(new TopicPartition(_name, 0), new() { Value = "successor" });
        var fenced = Assert.ThrowsAny<KafkaException>(() => first.CommitTransaction(Patience));
        Assert.True(fenced.Error.IsFatal, fenced.Error.ToString());
        second.CommitTransaction(Patience);
        Assert.Equal(["successor"], Read(new(_name, 0), IsolationLevel.ReadCommitted));
    }

    [Fact]
    public void Copy_with_its_offsets_in_the_transaction_is_made_exactly_once()
    {
        const int Records = 60, PerTransaction = 10;
        using (var plain = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = target.Servers }).Build())
        {
            for (var at = 0; at < Records; at++)
            {
                plain.Produce(new TopicPartition(_name, at % 2), new() { Value = $"{at}" });
            }

            plain.Flush(Patience);
        }

        using var producer = Producer(_name);
        producer.InitTransactions(Patience);
        var aborted = false;
        for (var copied = 0; copied < Records;)
        {
            // Whoever aborts has read too far: a new consumer begins where the last commit was.
            using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
            {
                BootstrapServers = target.Servers, GroupId = _name, AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false, IsolationLevel = IsolationLevel.ReadCommitted,
            }).Build();
            consumer.Subscribe(_name);
            for (var goOn = true; goOn && copied < Records;)
            {
                producer.BeginTransaction();
                for (var at = 0; at < PerTransaction; at++)
                {
                    producer.Produce(_name + "-out", new() { Value = consumer.Consume(Patience)!.Message.Value });
                }

                producer.SendOffsetsToTransaction([.. consumer.Assignment.Select(p => new TopicPartitionOffset(p, consumer.Position(p))).Where(p => p.Offset >= 0)], consumer.ConsumerGroupMetadata, Patience);
                goOn = aborted || copied < Records / 2;
                if (goOn)
                {
                    producer.CommitTransaction(Patience);
                    copied += PerTransaction;
                }
                else
                {
                    producer.AbortTransaction(Patience);
                    aborted = true;
                }
            }

            consumer.Close();
        }

        Assert.True(aborted);
        Assert.Equal(Enumerable.Range(0, Records), Read(new(_name + "-out", 0), IsolationLevel.ReadCommitted).Select(int.Parse).Order());
    }

    private IProducer<Null, string> Producer(string id) => new ProducerBuilder<Null, string>(
        new ProducerConfig { BootstrapServers = target.Servers, TransactionalId = id, LingerMs = 0, TransactionTimeoutMs = 60_000 }).Build();

    private List<string> Read(TopicPartition partition, IsolationLevel isolation)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = target.Servers, GroupId = "nobody", IsolationLevel = isolation, EnablePartitionEof = true, EnableAutoCommit = false,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
        var values = new List<string>();
        while (true)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{partition} did not end.");
            if (result.IsPartitionEOF)
            {
                return values;
            }

            values.Add(result.Message.Value);
        }
    }
}

public sealed class ConfluentTransactionsOnKafkadogTests(EmbeddedTarget target) : ConfluentTransactionConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class ConfluentTransactionsOnApacheKafkaTests(ApacheKafka target) : ConfluentTransactionConformance(target);
