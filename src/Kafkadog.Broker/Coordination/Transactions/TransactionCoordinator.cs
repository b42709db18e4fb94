using System.Threading.Channels;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>
/// Runs every transactional id. All state is owned by the one loop of <see cref="RunAsync"/>: requests come through a bounded mailbox, a
/// turn takes what has gathered there, lets <see cref="TransactionRules"/> decide, writes all records with one append for each partition of
/// <c>__transaction_state</c>, and only then answers. Markers are written outside the loop, and their end comes back through the mailbox.
/// <para>Requests are in TransactionCoordinator.Requests.cs, the end of transactions in TransactionCoordinator.Ending.cs.</para>
/// </summary>
internal sealed partial class TransactionCoordinator : IAsyncDisposable
{
    private const int MailboxCapacity = 4096;

    /// <summary>Bounds a turn, so that its first request does not wait for thousands of others.</summary>
    private const int MaxInputsPerTurn = 1024;

    private readonly TransactionOptions _options;
    private readonly ITransactionLog _log;
    private readonly IMarkerWriter _markers;
    private readonly Func<long> _newProducerId;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Channel<Action<TransactionTurn>> _mailbox = Channel.CreateBounded<Action<TransactionTurn>>(
        new BoundedChannelOptions(MailboxCapacity) { SingleReader = true });

    private readonly Dictionary<string, TransactionEntry> _transactions = new(StringComparer.Ordinal);
    private readonly HashSet<int> _failedPartitions = [];
    private readonly TransactionTurn _turn = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timeouts;
    private readonly ITimer _expirations;
    private int _disposed;
    private Task _loop = Task.CompletedTask;

    public TransactionCoordinator(
        TransactionOptions options, ITransactionLog log, IMarkerWriter markers, Func<long> newProducerId, TimeProvider clock, ILogger<TransactionCoordinator> logger)
    {
        (_options, _log, _markers, _newProducerId, _clock, _logger) = (options, log, markers, newProducerId, clock, logger);
        // A full mailbox may lose a knock: the next one comes.
        _timeouts = clock.CreateTimer(_ => _mailbox.Writer.TryWrite(AbortTimedOut), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _expirations = clock.CreateTimer(_ => _mailbox.Writer.TryWrite(ForgetExpired), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A coordinator on the broker's own storage, ready to answer.</summary>
    public static TransactionCoordinator Start(BrokerOptions options, BrokerStorage storage, GroupCoordinator groups)
    {
        var settings = TransactionOptions.From(options);
        var log = new TransactionTopicLog(storage.Topics, options.TimeProvider, settings.LogPartitions, settings.LogSegmentBytes);
        var transactions = new TransactionCoordinator(
            settings, log, new MarkerWriter(storage.Topics, groups), storage.ProducerIds.Next, options.TimeProvider, options.LoggerFactory.CreateLogger<TransactionCoordinator>());
        transactions.Start();
        return transactions;
    }

    /// <summary>Reads the log, goes on with what was decided before, and begins to answer.</summary>
    public void Start()
    {
        _log.Replay(Replay);
        foreach (var entry in _transactions.Values.Where(e => e.Metadata.IsEnding).ToList()) WriteMarkers(entry);
        _timeouts.Change(_options.TimeoutCheckInterval, _options.TimeoutCheckInterval);
        _expirations.Change(_options.ExpirationCheckInterval, _options.ExpirationCheckInterval);
        _loop = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Which partition of the log an id lives in.</summary>
    public int PartitionOf(string transactionalId) => JavaHash.Partition(transactionalId, _log.PartitionCount);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _timeouts.DisposeAsync();
        await _expirations.DisposeAsync();
        _mailbox.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_transactions.Values.Select(e => e.Ending));
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await _mailbox.Reader.WaitToReadAsync(stop))
            {
                _turn.Begin(_clock.GetUtcNow().ToUnixTimeMilliseconds());
                for (var i = 0; i < MaxInputsPerTurn && _mailbox.Reader.TryRead(out var input); i++) input(_turn);
                await FinishAsync();
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

    /// <summary>Writes what was decided, all partitions side by side, then answers.</summary>
    private async ValueTask FinishAsync()
    {
        var writing = _turn.Partitions
            .Where(p => p.Value.Records.Count > 0 && !_failedPartitions.Contains(p.Key))
            .ToDictionary(p => p.Key, p => _log.AppendAsync(p.Key, p.Value.Records).AsTask());
        foreach (var (partition, part) in _turn.Partitions)
        {
            var error = _failedPartitions.Contains(partition) ? ErrorCode.CoordinatorNotAvailable
                : writing.TryGetValue(partition, out var append) ? await append
                : ErrorCode.None;
            if (error == ErrorCode.None) part.Deliver();
            else Fail(partition, part, error);
        }
    }

    /// <summary>After a failed write nothing of the partition's ids can be trusted until the log is read again.</summary>
    private void Fail(int partition, TransactionPartitionTurn part, ErrorCode error)
    {
        part.DeliverError(ErrorCode.CoordinatorNotAvailable);
        if (_failedPartitions.Add(partition)) TransactionPartitionFailed(partition, error);
        foreach (var entry in _transactions.Values.Where(e => e.Partition == partition)) entry.AnswerEnd(ErrorCode.CoordinatorNotAvailable);
    }

    /// <summary>Puts a request about one id into the mailbox and waits for its answer, or for the client to go away.</summary>
    private Task<T> AskAsync<T>(
        string transactionalId, Func<ErrorCode, T> fromError, Action<TransactionTurn, TransactionPartitionTurn, Reply<T>> input, CancellationToken aborted) =>
        AskAsync(
            fromError,
            (turn, reply) =>
            {
                var partition = PartitionOf(transactionalId);
                if (_failedPartitions.Contains(partition)) turn[partition].Answer(reply, fromError(ErrorCode.CoordinatorNotAvailable));
                else input(turn, turn[partition], reply);
            },
            aborted);

    private async Task<T> AskAsync<T>(Func<ErrorCode, T> fromError, Action<TransactionTurn, Reply<T>> input, CancellationToken aborted)
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

    /// <summary>A mistake of ours in one request must not stop all transactions: it is reported, and whoever asked is told.</summary>
    private void Carry<T>(TransactionTurn turn, Reply<T> reply, Action<TransactionTurn, Reply<T>> input)
    {
        try
        {
            input(turn, reply);
        }
        catch (StorageException)
        {
            // No new producer id could be had. The disk has failed, which storage has logged; nothing was decided.
            reply.DeliverError(ErrorCode.CoordinatorNotAvailable);
        }
        catch (Exception mistake) when (mistake is not OutOfMemoryException)
        {
            RequestFailed(mistake);
            reply.DeliverError(ErrorCode.UnknownServerError);
        }
    }

    /// <summary>Takes the next state of an id: into the turn's records, and into memory. Nobody sees it before it is in the log, because all answers of the partition wait for that.</summary>
    private TransactionEntry Move(TransactionTurn turn, TransactionMetadata next)
    {
        if (!_transactions.TryGetValue(next.TransactionalId, out var entry))
        {
            entry = new TransactionEntry(next, PartitionOf(next.TransactionalId));
            _transactions.Add(next.TransactionalId, entry);
        }

        entry.Metadata = next;
        var part = turn[entry.Partition];
        part.Records.Add(TransactionRecords.Write(next));
        if (next.IsEnding) part.Afterwards.Add(() => WriteMarkers(entry));
        return entry;
    }

    private void Replay(int partition, TransactionRecord record)
    {
        try
        {
            if (TransactionRecords.ReadKey(record.Key) is not { } id) return;
            if (record.Value is { } value) _transactions[id] = new TransactionEntry(TransactionRecords.ReadValue(id, value), partition);
            else _transactions.Remove(id);
        }
        catch (ProtocolException unreadable)
        {
            TransactionRecordSkipped(partition, unreadable.Message);
        }
    }

    private void AnswerEverybody(ErrorCode error)
    {
        _mailbox.Writer.TryComplete();
        foreach (var part in _turn.Partitions.Values) part.DeliverError(error);

        // What is left in the mailbox is carried out on no log: every answer becomes the error.
        _turn.Begin(_clock.GetUtcNow().ToUnixTimeMilliseconds());
        while (_mailbox.Reader.TryRead(out var input)) input(_turn);
        foreach (var part in _turn.Partitions.Values) part.DeliverError(error);
        foreach (var entry in _transactions.Values) entry.AnswerEnd(error);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition} of the transaction log could not be written ({Error}): its transactional ids are unavailable until the broker is restarted.")]
    private partial void TransactionPartitionFailed(int partition, ErrorCode error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A transaction request could not be carried out.")]
    private partial void RequestFailed(Exception mistake);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A record in partition {Partition} of the transaction log cannot be read and is left out: {Reason}")]
    private partial void TransactionRecordSkipped(int partition, string reason);

    /// <summary>A transactional id and who waits for its transaction to end.</summary>
    private sealed class TransactionEntry(TransactionMetadata metadata, int partition)
    {
        private readonly List<(Reply<EndTransactionResult> Reply, EndTransactionResult Result)> _waiting = [];

        public TransactionMetadata Metadata { get; set; } = metadata;

        public int Partition { get; } = partition;

        /// <summary>The writing of markers; done when none are being written.</summary>
        public Task Ending { get; set; } = Task.CompletedTask;

        public void AnswerAtEnd(Reply<EndTransactionResult> reply, EndTransactionResult result) => _waiting.Add((reply, result));

        /// <summary>The end is being logged in this turn: the answers go out with it.</summary>
        public void AnswerEnd(TransactionPartitionTurn part)
        {
            foreach (var (reply, result) in _waiting) part.Answer(reply, result);
            _waiting.Clear();
        }

        public void AnswerEnd(ErrorCode error)
        {
            foreach (var (reply, _) in _waiting) reply.DeliverError(error);
            _waiting.Clear();
        }
    }
}
