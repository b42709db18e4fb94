using System.Buffers.Binary;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Reads every business topic and <c>__consumer_offsets</c>, from some minutes back to the end and on, and tells
/// <see cref="Observation"/>. One reader for all tabs, on a thread of its own.
/// </summary>
public sealed partial class RecordTail(
    KafkaClients clients, Observation observation, IOptions<DashboardOptions> options, ILogger<RecordTail> logger) : BackgroundService
{
    private const int MostPerWrite = 500;

    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TopicCheck = TimeSpan.FromSeconds(10);

    /// <summary>Topics that are not there after this long may never come: those of a service that was left out.</summary>
    private static readonly TimeSpan ShopStart = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var consumer = clients.Reader("dashboard-tail");
                using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
                Read(consumer, admin, stopping);
            }
            catch (KafkaException) when (stopping.IsCancellationRequested)
            {
                // Nobody asks any more.
            }
            catch (KafkaException e)
            {
                observation.Write(o => o.Kafka = Down(o.Kafka, e.Error));
                ReadFailed(e);
                stopping.WaitHandle.WaitOne(RetryPause);
            }
        }
    }

    private void Read(IConsumer<byte[]?, byte[]?> consumer, IAdminClient admin, CancellationToken stopping)
    {
        HashSet<TopicPartition> assigned = [];
        var batch = new List<ConsumeResult<byte[]?, byte[]?>>(MostPerWrite);
        var nextCheck = DateTimeOffset.MinValue;
        var startsUntil = observation.Now + ShopStart;
        while (!stopping.IsCancellationRequested)
        {
            if (observation.Now >= nextCheck)
            {
                AssignNew(consumer, admin, assigned);
                nextCheck = observation.Now + (observation.Now < startsUntil && !HasWholeShop(assigned) ? RetryPause : TopicCheck);
            }

            batch.Clear();
            for (var next = consumer.Consume(PollTime); next is not null; next = batch.Count < MostPerWrite ? consumer.Consume(TimeSpan.Zero) : null)
            {
                batch.Add(next);
            }

            if (batch.Count > 0)
            {
                Tell(batch);
            }
        }
    }

    /// <summary>Topics and partitions that were not there before: at the start, and when a topic grows.</summary>
    private void AssignNew(IConsumer<byte[]?, byte[]?> consumer, IAdminClient admin, HashSet<TopicPartition> assigned)
    {
        var metadata = admin.GetMetadata(KafkaClients.Timeout);
        var there = metadata.Topics
            .Where(t => t.Error.Code == ErrorCode.NoError && (t.Topic == OffsetsTopicRecord.Topic || Topics.Business.Contains(t.Topic, StringComparer.Ordinal)))
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Topic, p.PartitionId)))
            .ToHashSet();
        var hasShop = there.Any(p => p.Topic == Topics.Orders);
        observation.Write(o => o.Kafka = hasShop ? Up(o.Kafka) : Waiting(o.Kafka));
        if (assigned.Any(p => !there.Contains(p)))
        {
            // A topic was deleted; whatever has its name later is another topic.
            observation.Write(o => o.ForgetKafka());
            consumer.Unassign();
            assigned.Clear();
        }

        var fresh = hasShop ? there.Except(assigned).ToList() : [];
        if (fresh.Count > 0 || observation.Read(o => o.ConsumerGroups.MissesTopics))
        {
            NameTopics(admin, metadata.Topics.Where(t => t.Error.Code == ErrorCode.NoError).Select(t => t.Topic));
        }

        if (fresh.Count > 0)
        {
            consumer.IncrementalAssign(fresh.Select(p => new TopicPartitionOffset(p, StartOf(consumer, p, fresh.Count))));
            assigned.UnionWith(fresh);
        }
    }

    /// <summary>Consumer groups own partitions of topics by their ids.</summary>
    private void NameTopics(IAdminClient admin, IEnumerable<string> names)
    {
        var described = admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = KafkaClients.Timeout }).GetAwaiter().GetResult();
        observation.Write(o =>
        {
            foreach (var topic in described.TopicDescriptions.Where(t => !t.Error.IsError))
            {
                o.ConsumerGroups.NameTopic(IdOf(topic.TopicId), string.Intern(topic.Name));
            }

            o.ConsumerGroups.Tell(o.Groups);
        });
    }

    private static Guid IdOf(Uuid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.LeastSignificantBits);
        return new(bytes, bigEndian: true);
    }

    /// <summary>While the shop starts its topics come one after the other, and the first order may be placed as soon as the last is there.</summary>
    private static bool HasWholeShop(HashSet<TopicPartition> assigned) =>
        Topics.Business.Append(OffsetsTopicRecord.Topic).All(topic => assigned.Any(p => p.Topic == topic));

    /// <summary>As far back as is remembered, and no more records than are.</summary>
    private Offset StartOf(IConsumer<byte[]?, byte[]?> consumer, TopicPartition partition, int partitions)
    {
        var watermarks = consumer.QueryWatermarkOffsets(partition, KafkaClients.Timeout);
        observation.Write(o =>
        {
            if (partition.Topic != OffsetsTopicRecord.Topic)
            {
                var tape = o.Tape(new Place(partition.Topic, partition.Partition.Value));
                tape.MoveStart(watermarks.Low.Value);
                tape.MoveEnd(watermarks.High.Value);
            }
        });
        if (partition.Topic != OffsetsTopicRecord.Topic)
        {
            return Math.Max(watermarks.Low.Value, watermarks.High.Value - Math.Max(200, options.Value.MaxRecords / partitions));
        }

        if (watermarks.High.Value == watermarks.Low.Value)
        {
            return watermarks.High;
        }

        var since = new Timestamp((observation.Now - options.Value.History).UtcDateTime);
        var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(partition, since)], KafkaClients.Timeout).Single().Offset;
        return found.Value >= 0 ? found : watermarks.High;
    }

    private void Tell(List<ConsumeResult<byte[]?, byte[]?>> batch)
    {
        var read = new List<(ReadRecord Record, OffsetsTopicRecord? Group)>(batch.Count);
        foreach (var result in batch)
        {
            if (result.Topic != OffsetsTopicRecord.Topic)
            {
                read.Add((ReadRecord.Of(result), null));
            }
            else if (GroupRecord(result) is { } group)
            {
                read.Add((default, group));
            }
        }

        observation.Write(o =>
        {
            var now = observation.Now;
            foreach (var (record, group) in read)
            {
                switch (group)
                {
                    case OffsetsTopicRecord.Committed commit:
                        o.Commits.Add(commit.Group, commit.Place, commit.Offset, commit.At);
                        break;
                    case OffsetsTopicRecord.Settled { Membership: { } membership } settled:
                        o.Groups.Add(settled.Group, membership);
                        break;
                    case OffsetsTopicRecord.Settled { Membership: null } removed:
                        o.Groups.Remove(removed.Group);
                        break;
                    case OffsetsTopicRecord.EpochMoved epoch:
                        o.ConsumerGroups.Add(epoch);
                        break;
                    case OffsetsTopicRecord.MemberKnown member:
                        o.ConsumerGroups.Add(member);
                        break;
                    case OffsetsTopicRecord.MemberWorks work:
                        o.ConsumerGroups.Add(work);
                        break;
                    default:
                        o.Add(record.Record, record.Event, now);
                        break;
                }
            }

            o.ConsumerGroups.Tell(o.Groups);
        });
    }

    private OffsetsTopicRecord? GroupRecord(ConsumeResult<byte[]?, byte[]?> result)
    {
        try
        {
            return result.Message.Key is { } key
                ? OffsetsTopicRecord.Read(key, result.Message.Value, new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero))
                : null;
        }
        catch (InvalidDataException e)
        {
            GroupRecordUnreadable(e, result.Partition.Value, result.Offset.Value);
            return null;
        }
    }

    private KafkaStatus Up(KafkaStatus before) => before.IsUp ? before : new(KafkaState.Up, observation.Now);

    private KafkaStatus Waiting(KafkaStatus before) =>
        before.State == KafkaState.WaitingForTopics ? before : new(KafkaState.WaitingForTopics, observation.Now);

    private KafkaStatus Down(KafkaStatus before, Error error) => before.State == KafkaState.Down
        ? before with { Problem = $"{error.Code}: {error.Reason}" }
        : new(KafkaState.Down, observation.Now, $"{error.Code}: {error.Reason}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka could not be read; trying again")]
    private partial void ReadFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A record of __consumer_offsets, partition {Partition} offset {Offset}, could not be read")]
    private partial void GroupRecordUnreadable(Exception exception, int partition, long offset);
}
