using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// One consumer: a thread that polls, hands records to the lanes of its pipeline, and stores the offset of what has been
/// completed without a gap. Owned by that thread: the client and every <see cref="AssignedPartition"/>. Completions come
/// back through a queue.
/// </summary>
internal sealed partial class ConsumerLoop : IDisposable
{
    private const int MaxPolled = 128;
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    // Nothing is in flight, so no completion waits: only a stop does, and what comes from Kafka ends the poll itself.
    private static readonly TimeSpan IdlePollTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PausedPollTimeout = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SoftWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(250);

    private readonly string[] topics;
    private readonly DeliveryPipeline pipeline;
    private readonly MessagingOptions options;
    private readonly DeliveryJournal journal;
    private readonly MessagingMetrics metrics;
    private readonly TimeProvider time;
    private readonly IFaultPoints? faults;
    private readonly ILogger logger;
    private readonly Dictionary<TopicPartition, AssignedPartition> assigned = [];
    private readonly List<Delivery> polled = [];
    private readonly ConcurrentQueue<Delivery> completed = new();
    private readonly ManualResetEventSlim completion = new();
    private readonly int suspicious;
    private IConsumer<byte[]?, byte[]?> consumer = null!;
    private int generation;
    private bool fatal;

    // Read by others, written by the poll thread.
    private volatile string[] assignment = [];
    private int inFlight;
    private int paused;
    private long lastPoll;

    /// <param name="suspicious">Records of each partition to handle with care, because the process crashed.</param>
    public ConsumerLoop(string[] topics, DeliveryPipeline pipeline, PipelineServices services, int suspicious)
    {
        this.topics = topics;
        this.pipeline = pipeline;
        this.suspicious = suspicious;
        options = services.Options;
        journal = services.Journal;
        metrics = services.Metrics;
        time = services.Time;
        faults = services.Faults;
        logger = services.Loggers.CreateLogger(typeof(ConsumerLoop).FullName + "." + pipeline.Group);
        lastPoll = time.GetTimestamp();
        pipeline.Ended += Completed;
        pipeline.Abandoned += Completed;
    }

    /// <summary>Raised on the poll thread when the assignment has changed.</summary>
    public event Action<IReadOnlyList<string>>? AssignmentChanged;

    public IReadOnlyList<string> Topics => topics;

    public string Group => pipeline.Group;

    public IReadOnlyList<string> Assignment => assignment;

    public int InFlight => Volatile.Read(ref inFlight);

    public int Paused => Volatile.Read(ref paused);

    public int Blocked => blockedPartitions.Count(partition => partition.Blocked > 0);

    public bool Stuck => pipeline.Stuck;

    public TimeSpan SincePoll => time.GetElapsedTime(Interlocked.Read(ref lastPoll));

    /// <summary>Polls until cancelled, then finishes what is in flight and leaves the group. Blocks; runs on a thread of its own.</summary>
    /// <returns>False when the client broke and has to be replaced.</returns>
    public bool Run(CancellationToken stopping)
    {
        fatal = false;
        using var client = Build();
        consumer = client;
        try
        {
            client.Subscribe(topics);
            while (!stopping.IsCancellationRequested && !fatal)
            {
                Interlocked.Exchange(ref lastPoll, time.GetTimestamp());
                Poll();
                StoreCompleted();
                ResumeReady();
            }

            if (!fatal)
                LeaveGroup();

            return !fatal;
        }
        finally
        {
            foreach (var partition in assigned.Values)
            {
                partition.Lose();
            }

            assigned.Clear();
            Publish();
        }
    }

    public void Dispose() => completion.Dispose();

    /// <summary>Takes what has been fetched, and hands it on together: waking a lane for every record would cost more than the record.</summary>
    private void Poll()
    {
        var timeout = paused > 0 ? PausedPollTimeout : InFlight > 0 ? PollTimeout : IdlePollTimeout;
        while (polled.Count < MaxPolled && Consume(timeout))
        {
            timeout = TimeSpan.Zero;
        }

        Post();
    }

    private void Post()
    {
        if (polled.Count == 0)
            return;

        pipeline.Post(CollectionsMarshal.AsSpan(polled));
        polled.Clear();
    }

    /// <summary>False when nothing is there, or there is something else to see to first.</summary>
    private bool Consume(TimeSpan timeout)
    {
        ConsumeResult<byte[]?, byte[]?>? result;
        try
        {
            result = consumer.Consume(timeout);
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            // Such as a topic that does not exist yet; the client goes on by itself.
            ConsumeFailed(exception.Error.Reason);
            return false;
        }

        if (result is null || !assigned.TryGetValue(result.TopicPartition, out var partition))
            return false;

        faults?.Hit(FaultPoint.AfterPoll, null);
        metrics.Consumed(Group, result.Topic);
        Dispatch(partition, ToRecord(result));
        if (partition.InFlight < options.MaxInFlightPerPartition)
            return true;

        Post();
        MakeRoom(partition);
        return false;
    }

    private void Dispatch(AssignedPartition partition, ReceivedRecord record)
    {
        var slot = partition.Offsets.Received(record.Offset, record.LeaderEpoch);
        partition.InFlight++;
        Interlocked.Increment(ref inFlight);
        var guarded = partition.Suspicious > 0;
        if (guarded)
            partition.Suspicious--;

        polled.Add(new Delivery(pipeline, record, record.OrderKey, partition, slot) { Guarded = guarded, ReceivedAt = time.GetTimestamp() });
    }

    /// <summary>
    /// A full partition first waits a moment, because a pause throws away what has been fetched ahead; only a slow
    /// consumer gets paused, and then for a while.
    /// </summary>
    private void MakeRoom(AssignedPartition partition)
    {
        var start = time.GetTimestamp();
        while (partition.InFlight >= options.MaxInFlightPerPartition && time.GetElapsedTime(start) < SoftWait)
        {
            completion.Reset();
            StoreCompleted();
            if (partition.InFlight >= options.MaxInFlightPerPartition)
                completion.Wait(SoftWait);
        }

        if (partition.InFlight < options.MaxInFlightPerPartition)
            return;

        consumer.Pause([partition.TopicPartition]);
        partition.Paused = true;
        partition.PausedAt = time.GetTimestamp();
        Interlocked.Increment(ref paused);
    }

    private void ResumeReady()
    {
        if (paused == 0)
            return;

        foreach (var partition in assigned.Values)
        {
            if (partition.Paused && partition.InFlight <= options.MaxInFlightPerPartition / 2 && time.GetElapsedTime(partition.PausedAt) >= MinPause)
                Resume(partition);
        }
    }

    private void Resume(AssignedPartition partition)
    {
        if (!partition.Paused)
            return;

        consumer.Resume([partition.TopicPartition]);
        partition.Paused = false;
        Interlocked.Decrement(ref paused);
    }

    /// <summary>From a lane or the writer.</summary>
    private void Completed(Delivery delivery)
    {
        if (delivery.Partition is null)
            return;

        completed.Enqueue(delivery);
        if (!completion.IsSet)
            completion.Set();
    }

    private void StoreCompleted()
    {
        HashSet<AssignedPartition>? advanced = null;
        while (completed.TryDequeue(out var delivery))
        {
            var partition = delivery.Partition!;
            partition.InFlight--;
            Interlocked.Decrement(ref inFlight);
            if (delivery.Abandoned)
                continue;

            if (!assigned.TryGetValue(partition.TopicPartition, out var current) || !ReferenceEquals(current, partition))
            {
                metrics.StaleCompletion(Group);
                continue;
            }

            partition.Offsets.Completed(delivery.Slot);
            (advanced ??= []).Add(partition);
        }

        if (advanced is null)
            return;

        foreach (var partition in advanced)
        {
            if (partition.Offsets.TryAdvance(out var next, out var leaderEpoch))
                Store(partition, next, leaderEpoch);
        }
    }

    private void Store(AssignedPartition partition, long next, int leaderEpoch)
    {
        faults?.Hit(FaultPoint.BeforeOffsetCommit, null);
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(partition.TopicPartition, next, leaderEpoch >= 0 ? leaderEpoch : null));
            partition.Stored = next;
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_State)
        {
            // Not ours any more: whoever has it now handles the records again, and the inbox recognises them.
            metrics.StaleCompletion(Group);
        }
    }

    /// <summary>Stops dispatch, finishes what is in flight, commits, leaves.</summary>
    private void LeaveGroup()
    {
        if (assigned.Count > 0)
        {
            consumer.Pause([.. assigned.Keys]);
            Drain([.. assigned.Values], options.ShutdownTimeout);
        }

        // Commits the stored offsets and tells the group; the revoked handler finds nothing left to do.
        consumer.Close();
    }

    /// <summary>Waits for what has started; what has not is given up.</summary>
    private void Drain(IReadOnlyCollection<AssignedPartition> partitions, TimeSpan timeout)
    {
        Post();
        foreach (var partition in partitions)
        {
            partition.Drop();
        }

        faults?.Hit(FaultPoint.RevokeDrain, null);
        var start = time.GetTimestamp();
        while (true)
        {
            completion.Reset();
            StoreCompleted();
            var left = timeout - time.GetElapsedTime(start);
            if (partitions.All(partition => partition.InFlight == 0) || left <= TimeSpan.Zero)
                return;

            completion.Wait(left < SoftWait ? left : SoftWait);
        }
    }

    private static ReceivedRecord ToRecord(ConsumeResult<byte[]?, byte[]?> result)
    {
        var headers = result.Message.Headers;
        var entries = new KeyValuePair<string, string>[headers?.Count ?? 0];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new(headers![i].Key, RecordHeaders.Decode(headers[i].GetValueBytes()));
        }

        return new(
            result.Topic, result.Partition.Value, result.Offset.Value, result.LeaderEpoch ?? -1,
            DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs),
            result.Message.Key, result.Message.Value, new RecordHeaders(entries));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consuming: {Reason}")]
    private partial void ConsumeFailed(string reason);
}
