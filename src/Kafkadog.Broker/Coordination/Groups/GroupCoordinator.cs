using System.Threading.Channels;
using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// Runs every group and keeps every committed offset. All state is owned by the one loop of <see cref="RunAsync"/>: requests come through
/// a bounded mailbox, a turn takes what has gathered there, lets the groups decide, writes all their records with one append for each
/// partition of the offsets topic, and only then answers. One loop is enough: a turn costs microseconds for each request and the append
/// is shared, so more loops would only write smaller batches.
/// <para>Requests of members of the classic protocol are in GroupCoordinator.Members.cs, those of the consumer protocol in
/// GroupCoordinator.Consumers.cs, offsets in GroupCoordinator.Offsets.cs, the log in GroupCoordinator.Log.cs.</para>
/// </summary>
internal sealed partial class GroupCoordinator : IAsyncDisposable
{
    private const int MailboxCapacity = 4096;

    /// <summary>Bounds a turn, so that its first request does not wait for thousands of others.</summary>
    private const int MaxInputsPerTurn = 1024;

    private readonly GroupOptions _options;
    private readonly IOffsetsLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Func<string> _newUuid;
    private readonly ConsumerGroupEnvironment _consumerGroups;
    private readonly Channel<Action<CoordinatorTurn>> _mailbox = Channel.CreateBounded<Action<CoordinatorTurn>>(
        new BoundedChannelOptions(MailboxCapacity) { SingleReader = true });

    private readonly Dictionary<string, GroupEntry> _groups = new(StringComparer.Ordinal);
    private readonly PriorityQueue<GroupEntry, long> _wakeUps = new();
    private readonly HashSet<int> _failedPartitions = [];
    private readonly GroupEffects _effects = new();
    private readonly CoordinatorTurn _turn = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private long _timerDue = ClassicGroup.Never;
    private long _nextRetentionCheck;
    private long _order;
    private int _disposed;
    private Task _loop = Task.CompletedTask;

    public GroupCoordinator(
        GroupOptions options, IOffsetsLog log, IGroupTopics topics, Func<string, ConsumerGroupSettings> consumerSettings, TimeProvider clock,
        ILogger<GroupCoordinator> logger, Func<string>? newUuid = null)
    {
        _options = options;
        _log = log;
        _clock = clock;
        _logger = logger;
        _newUuid = newUuid ?? (() => Guid.NewGuid().ToString());
        _consumerGroups = new ConsumerGroupEnvironment(options, topics, consumerSettings, _newUuid);
        // A full mailbox needs no knock: the loop is awake and looks at the time in every turn.
        _timer = clock.CreateTimer(_ => _mailbox.Writer.TryWrite(static _ => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A coordinator on the broker's own storage, ready to answer. Offsets of topics that were deleted while it was not looking are dropped.</summary>
    public static async Task<GroupCoordinator> StartAsync(BrokerOptions options, TopicRegistry topics, GroupConfigs configs, CancellationToken cancellationToken)
    {
        var groupOptions = GroupOptions.From(options);
        var log = new OffsetsTopicLog(topics, options.TimeProvider, options.OffsetsTopicPartitions, groupOptions.OffsetsSegmentBytes);
        var groups = new GroupCoordinator(
            groupOptions, log, new RegistryTopics(topics), groupId => ConsumerGroupSettings.Of(configs.Of(groupId), groupOptions),
            options.TimeProvider, options.LoggerFactory.CreateLogger<GroupCoordinator>());
        groups.Start();
        await groups.ForgetTopicsAsync(topic => !topics.TryGet(topic, out _), cancellationToken);
        return groups;
    }

    /// <summary>Reads the log, then begins to answer. Requests that came earlier wait.</summary>
    public void Start()
    {
        var now = GroupTime.Read(_clock);
        _log.Replay(new Replay(this, now));
        foreach (var group in _groups.Values.Select(entry => entry.Group).OfType<ConsumerGroup>()) group.Restored(now);
        foreach (var entry in _groups.Values) Schedule(entry);
        _nextRetentionCheck = now.Monotonic + (long)_options.OffsetsRetentionCheckInterval.TotalMilliseconds;
        ArmTimer(now);
        _loop = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Which partition of the offsets topic a group lives in: Java's hash of its name.</summary>
    public int PartitionOf(string groupId) => JavaHash.Partition(groupId, _log.PartitionCount);

    /// <summary>Creates the offsets topic if it is not there yet, for a transaction that is going to commit offsets.</summary>
    public ErrorCode EnsureLogCreated() => _log.EnsureCreated();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _mailbox.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await _mailbox.Reader.WaitToReadAsync(stop))
            {
                _turn.Begin(GroupTime.Read(_clock));
                for (var i = 0; i < MaxInputsPerTurn && _mailbox.Reader.TryRead(out var input); i++) input(_turn);
                WakeDueGroups();
                ExpireOffsetsIfDue();
                ArmTimer(_turn.Now);
                await FinishAsync(stop);
                LookAtWatches();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping; whoever still waits is told below.
        }
        finally
        {
            AnswerEverybody(ErrorCode.CoordinatorNotAvailable);
        }
    }

    /// <summary>Writes what the groups decided, all partitions side by side, then answers.</summary>
    private async ValueTask FinishAsync(CancellationToken stop)
    {
        foreach (var (partition, part) in _turn.Partitions)
        {
            if (part.Batches.Count == 0 || _failedPartitions.Contains(partition)) continue;
            part.Writing = _log.AppendAsync(partition, part.Batches, stop).AsTask();
        }

        foreach (var (partition, part) in _turn.Partitions)
        {
            var error = _failedPartitions.Contains(partition) ? ErrorCode.CoordinatorNotAvailable : await part.Writing;
            if (error == ErrorCode.None) part.Deliver();
            else Fail(partition, part, error);
        }
    }

    /// <summary>After a failed write nothing of the partition's groups can be trusted until the log is read again.</summary>
    private void Fail(int partition, PartitionTurn part, ErrorCode error)
    {
        part.DeliverError(ErrorCode.CoordinatorNotAvailable);
        if (_failedPartitions.Add(partition)) OffsetsPartitionFailed(partition, error);
        foreach (var entry in _groups.Values.Where(e => e.Partition == partition).ToList()) Abandon(entry);
    }

    /// <summary>Puts a request into the mailbox and waits for its answer, or for the client to go away.</summary>
    private async Task<T> AskAsync<T>(Func<ErrorCode, T> fromError, Action<CoordinatorTurn, Reply<T>> input, CancellationToken aborted)
    {
        var reply = new Reply<T>(fromError);
        try
        {
            await _mailbox.Writer.WriteAsync(turn => Carry(turn, reply, input), aborted);
        }
        catch (ChannelClosedException)
        {
            return fromError(ErrorCode.CoordinatorNotAvailable);
        }

        return await reply.Answer.WaitAsync(aborted);
    }

    /// <summary>A mistake of ours in one request must not stop all groups: it is reported, and whoever asked is told.</summary>
    private void Carry<T>(CoordinatorTurn turn, Reply<T> reply, Action<CoordinatorTurn, Reply<T>> input)
    {
        try
        {
            input(turn, reply);
        }
        catch (Exception mistake) when (mistake is not OutOfMemoryException)
        {
            RequestFailed(mistake);
            foreach (var settled in _effects.Replies) settled.DeliverError(ErrorCode.UnknownServerError);
            _effects.Clear();
            reply.DeliverError(ErrorCode.UnknownServerError);
        }
    }

    private GroupEntry GetOrCreate(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out var entry))
        {
            entry = new GroupEntry(new ClassicGroup(groupId, _options, _newUuid), PartitionOf(groupId));
            _groups.Add(groupId, entry);
        }

        return entry;
    }

    private ConsumerGroup NewConsumerGroup(string groupId) => new(groupId, _consumerGroups);

    /// <summary>After an input to a group: takes its answers and its record into the turn, and sees to its next wake-up.</summary>
    private void Settle(GroupEntry entry)
    {
        var part = _turn[entry.Partition];
        if (entry.Group is ConsumerGroup { HasOnlyClassicMembers: true } consumers && MayDowngrade(consumers)) BecomeClassic(entry, consumers);
        foreach (var record in _effects.Records) part.Write(record);
        if (_effects.PersistGroup && entry.Group is ClassicGroup group) part.Write(GroupRecords.Group(group));
        part.Take(_effects.Replies);
        _effects.Clear();
        if (entry.IsDisposable) _groups.Remove(entry.Group.GroupId);
        else Schedule(entry);
    }

    private void Schedule(GroupEntry entry)
    {
        var deadline = entry.Group.NextDeadline;
        if (deadline >= entry.WakeUp) return;
        entry.WakeUp = deadline;
        _wakeUps.Enqueue(entry, deadline);
    }

    private void WakeDueGroups()
    {
        while (_wakeUps.TryPeek(out var entry, out var due) && due <= _turn.Now.Monotonic)
        {
            _wakeUps.Dequeue();
            // An older note of a group that has moved its wake-up since.
            if (due != entry.WakeUp) continue;
            entry.WakeUp = ClassicGroup.Never;
            if (entry.Group.IsDead) continue;
            entry.Group.Expire(_turn.Now, _effects);
            Settle(entry);
        }
    }

    private void ArmTimer(GroupTime now)
    {
        var due = Math.Min(_nextRetentionCheck, _wakeUps.TryPeek(out _, out var first) ? first : ClassicGroup.Never);
        if (due == _timerDue && due > now.Monotonic) return;
        _timerDue = due;
        // One millisecond more than the difference: the timer counts finer than our clock and must not come too early.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(due - now.Monotonic, 0) + 1), Timeout.InfiniteTimeSpan);
    }

    private void Abandon(GroupEntry entry)
    {
        entry.Group.Die(ErrorCode.CoordinatorNotAvailable, _effects);
        foreach (var reply in _effects.Replies) reply.Deliver();
        _effects.Clear();
        _groups.Remove(entry.Group.GroupId);
    }

    private void AnswerEverybody(ErrorCode error)
    {
        _mailbox.Writer.TryComplete();
        foreach (var part in _turn.Partitions.Values) part.DeliverError(error);

        // What is left in the mailbox is carried out on no log: every answer becomes the error.
        _turn.Begin(GroupTime.Read(_clock));
        while (_mailbox.Reader.TryRead(out var input)) input(_turn);
        foreach (var part in _turn.Partitions.Values) part.DeliverError(error);

        foreach (var entry in _groups.Values.ToList()) Abandon(entry);
        EndWatches();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition} of the offsets topic could not be written ({Error}): its groups are unavailable until the broker is restarted.")]
    private partial void OffsetsPartitionFailed(int partition, ErrorCode error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A group request could not be carried out.")]
    private partial void RequestFailed(Exception mistake);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A record in partition {Partition} of the offsets topic cannot be read and is left out: {Reason}")]
    private partial void OffsetsRecordSkipped(int partition, string reason);

    /// <summary>A group with its offsets. A group that never had members exists for its offsets alone.</summary>
    private sealed class GroupEntry(IGroup group, int partition)
    {
        /// <summary>Replaced by one of the other kind when the protocol changes.</summary>
        public IGroup Group { get; set; } = group;

        public OffsetStore Offsets { get; } = new();

        public int Partition { get; } = partition;

        /// <summary>When the loop looks at the group next; what else lies in the queue for it is out of date.</summary>
        public long WakeUp { get; set; } = ClassicGroup.Never;

        /// <summary>Nothing of it is in the log or in use: a refused request must not leave a group behind.</summary>
        public bool IsDisposable => Group is { IsVacant: true, IsWritten: false } && Offsets.IsEmpty;
    }
}
