using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Faults;

/// <summary>
/// Producers that write one transaction after the other, each over every partition, and remember how each ended. Every third is aborted.
/// </summary>
internal sealed class TransactionalLoad(string servers, string topic, int partitions)
{
    public const int RecordsOfEach = 6;

    private const int AbortedOnceIn = 3;
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(30);

    private readonly Milestones ended = new();

    /// <summary>Every transaction that was begun, by the key of its records.</summary>
    public ConcurrentDictionary<string, Outcome> Outcomes { get; } = new(StringComparer.Ordinal);

    public enum Outcome
    {
        /// <summary>Aborted, or never asked to be committed.</summary>
        Aborted,

        /// <summary>Asked to be committed, and not told that it was: all of it or nothing.</summary>
        InDoubt,

        Committed,
    }

    /// <summary>Completes once so many transactions have ended with an answer.</summary>
    public Task Ended(int count) => ended.Reach(count);

    public void Send(int number, CancellationToken stop)
    {
        for (var next = 0; !stop.IsCancellationRequested;)
        {
            try
            {
                using var producer = Producer(number);
                while (!stop.IsCancellationRequested)
                {
                    Transact(producer, $"{number}-{next}", abort: next++ % AbortedOnceIn == AbortedOnceIn - 1);
                }
            }
            catch (KafkaException)
            {
                // What is open is ended by the next producer of this id.
            }
        }

        Producer(number).Dispose();
    }

    /// <summary>A producer that has ended what the one before it left open.</summary>
    private IProducer<string, string> Producer(int number)
    {
        var producer = new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = servers, TransactionalId = $"load-{number}", LingerMs = 0, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200, RetryBackoffMs = 50,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        try
        {
            producer.InitTransactions(CallPatience);
            return producer;
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    private void Transact(IProducer<string, string> producer, string key, bool abort)
    {
        Outcomes[key] = Outcome.Aborted;
        producer.BeginTransaction();
        for (var at = 0; at < RecordsOfEach; at++)
        {
            producer.Produce(new TopicPartition(topic, at % partitions), new() { Key = key, Value = at.ToString(CultureInfo.InvariantCulture) });
        }

        if (abort)
        {
            producer.Flush(CallPatience);
            producer.AbortTransaction(CallPatience);
        }
        else
        {
            Outcomes[key] = Outcome.InDoubt;
            Commit(producer);
            Outcomes[key] = Outcome.Committed;
        }

        ended.Happened();
    }

    private static void Commit(IProducer<string, string> producer)
    {
        while (true)
        {
            try
            {
                producer.CommitTransaction(CallPatience);
                return;
            }
            catch (KafkaRetriableException)
            {
                // As the client's documentation asks for.
            }
        }
    }
}
