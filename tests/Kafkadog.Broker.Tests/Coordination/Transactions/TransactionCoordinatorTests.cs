using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Coordination.Transactions;

/// <summary>The coordinator with a log and markers of the test's own: order of writing and answering, time, failures, and restarts in every state.</summary>
public sealed class TransactionCoordinatorTests : IAsyncLifetime
{
    private static readonly TopicPartition s_one = new("t", 0), s_two = new("u", 1);

    private readonly MemoryTransactionLog _log = new();
    private readonly MemoryMarkers _markers = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private long _nextProducerId = 100;
    private TransactionCoordinator _c = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _c = Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _c.DisposeAsync();

    [Fact]
    public async Task Transaction_is_decided_in_the_log_then_marked_then_completed()
    {
        var who = await OpenAsync("id");
        _markers.Close();
        var ending = _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V2, Cancelled);
        await _markers.Asked.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        Assert.Equal([TransactionStatus.Empty, TransactionStatus.Ongoing, TransactionStatus.PrepareCommit], _log.Statuses("id"));
        Assert.False(ending.IsCompleted);
        Assert.Equal(ErrorCode.ConcurrentTransactions, await _c.AddPartitionsAsync("id", new(who.ProducerId, 1), [s_one], ClientTransactionVersion.V2, Cancelled));

        _markers.Open();
        Assert.Equal((ErrorCode.None, new ProducerIdAndEpoch(who.ProducerId, 1)), ((await ending).Error, (await ending).Producer));
        Assert.Equal(TransactionStatus.CompleteCommit, _log.Statuses("id").Last());
        Assert.Equal([s_one, s_two], _markers.Written.Select(w => w.Partition).OrderBy(p => p.Topic));
        Assert.All(_markers.Written, w => Assert.Equal(new TransactionEnd(TransactionMarker.Commit, who.ProducerId, 1, 3, 2), w.End));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_after_the_decision_writes_the_markers_and_completes(bool commit)
    {
        var who = await OpenAsync("id");
        await _c.EndAsync("id", who, commit, ClientTransactionVersion.V0, Cancelled);
        await _c.DisposeAsync();
        _log.CutTo("id", commit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort);
        var before = _markers.Written.Count;

        _c = Start();
        await UntilAsync("id", commit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort);
        Assert.Equal(2, _markers.Written.Count - before);
        Assert.All(_markers.Written, w => Assert.Equal(commit ? TransactionMarker.Commit : TransactionMarker.Abort, w.End.Marker));
        Assert.Equal(ErrorCode.None, (await _c.EndAsync("id", who, commit, ClientTransactionVersion.V0, Cancelled)).Error);
    }

    [Fact]
    public async Task Restart_in_a_transaction_goes_on_with_it()
    {
        var who = await OpenAsync("id");
        await RestartAsync();
        Assert.Equal([ErrorCode.None, ErrorCode.TransactionAbortable], await _c.VerifyPartitionsAsync("id", who, [s_one, new("t", 9)], Cancelled));
        Assert.Equal(ErrorCode.None, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled)).Error);
        Assert.Equal(2, _markers.Written.Count);
    }

    [Fact]
    public async Task Restart_after_the_end_remembers_how_it_ended()
    {
        var who = await OpenAsync("id");
        await _c.EndAsync("id", who, commit: false, ClientTransactionVersion.V2, Cancelled);
        await RestartAsync();
        Assert.Equal((ErrorCode.None, new ProducerIdAndEpoch(who.ProducerId, 1)), Tuple(await _c.EndAsync("id", who, commit: false, ClientTransactionVersion.V2, Cancelled)));
        Assert.Equal(ErrorCode.InvalidTxnState, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V2, Cancelled)).Error);
    }

    [Fact]
    public async Task Restart_before_a_transaction_keeps_the_epoch()
    {
        var first = (await _c.InitProducerIdAsync("id", 1000, null, Cancelled)).Producer;
        await RestartAsync();
        Assert.Equal(new ProducerIdAndEpoch(first.ProducerId, 1), (await _c.InitProducerIdAsync("id", 1000, null, Cancelled)).Producer);
    }

    [Fact]
    public async Task Restart_with_used_up_epochs_completes_with_the_new_producer_id()
    {
        var who = await OpenAsync("id");
        // 32,766 transactions would take a while: the log of one that has had them.
        await _log.AppendAsync(_c.PartitionOf("id"), [TransactionRecords.Write(new TransactionMetadata
        {
            TransactionalId = "id", ProducerId = who.ProducerId, NextProducerId = 777, ProducerEpoch = short.MaxValue, TimeoutMs = 1000,
            Status = TransactionStatus.PrepareAbort, Partitions = [s_one], ClientVersion = ClientTransactionVersion.V2,
        })]);
        await RestartAsync();
        await UntilAsync("id", TransactionStatus.CompleteAbort);
        Assert.Equal(short.MaxValue, Assert.Single(_markers.Written).End.ProducerEpoch);
        var described = (await _c.DescribeAsync("id", Cancelled)).Metadata!;
        Assert.Equal((777L, (short)0), (described.ProducerId, described.ProducerEpoch));
    }

    [Fact]
    public async Task Open_transaction_is_aborted_when_its_time_is_up_also_after_a_restart()
    {
        var who = await OpenAsync("id", timeoutMs: 30_000);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await RestartAsync();
        Assert.Equal(TransactionStatus.Ongoing, (await _c.DescribeAsync("id", Cancelled)).Metadata!.Status);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await UntilAsync("id", TransactionStatus.CompleteAbort);
        Assert.Equal(1, _markers.Written[0].End.ProducerEpoch);
        Assert.Equal(ErrorCode.ProducerFenced, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled)).Error);
    }

    [Fact]
    public async Task Id_that_nobody_uses_is_forgotten_and_stays_so()
    {
        await _c.InitProducerIdAsync("old", 1000, null, Cancelled);
        _clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        await OpenAsync("open", timeoutMs: 900_000);
        await _c.InitProducerIdAsync("young", 1000, null, Cancelled);
        _clock.Advance(TimeSpan.FromHours(1));
        await UntilAsync("open", TransactionStatus.CompleteAbort);
        Assert.Null(_log.Statuses("old").Last());
        await RestartAsync();
        Assert.Equal(["open", "young"], (await _c.ListAsync(Cancelled)).Select(t => t.TransactionalId).Order(StringComparer.Ordinal));
        Assert.Equal(ErrorCode.TransactionalIdNotFound, (await _c.DescribeAsync("old", Cancelled)).Error);
        Assert.Equal(0, (await _c.InitProducerIdAsync("old", 1000, null, Cancelled)).Producer.Epoch);
    }

    [Fact]
    public async Task Partition_that_cannot_be_written_is_tried_again_and_the_producer_does_not_wait_for_it()
    {
        var who = await OpenAsync("id");
        _markers.Answer = partition => partition == s_one ? ErrorCode.KafkaStorageError : ErrorCode.None;
        Assert.Equal(ErrorCode.None, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled)).Error);
        Assert.Equal(TransactionStatus.PrepareCommit, _log.Statuses("id").Last());
        _markers.Answer = static _ => ErrorCode.None;
        await UntilAsync("id", TransactionStatus.CompleteCommit, advance: TimeSpan.FromSeconds(1));
        Assert.Contains(_markers.Written, w => w.Partition == s_one);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPartition)]
    [InlineData(ErrorCode.InvalidProducerEpoch)]
    [InlineData(ErrorCode.TransactionCoordinatorFenced)]
    public async Task Partition_that_needs_no_marker_any_more_does_not_hold_up_the_end(object error)
    {
        var who = await OpenAsync("id");
        _markers.Answer = partition => partition == s_one ? (ErrorCode)error : ErrorCode.None;
        Assert.Equal(ErrorCode.None, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled)).Error);
        await UntilAsync("id", TransactionStatus.CompleteCommit);
    }

    [Fact]
    public async Task Failed_log_is_told_and_what_was_not_written_did_not_happen()
    {
        var who = await OpenAsync("id");
        _log.Failure = ErrorCode.KafkaStorageError;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled)).Error);
        _log.Failure = ErrorCode.None;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await _c.InitProducerIdAsync("id", 1000, null, Cancelled)).Error);
        Assert.Empty(_markers.Written);
        await RestartAsync();
        Assert.Equal(ErrorCode.None, (await _c.EndAsync("id", who, commit: false, ClientTransactionVersion.V0, Cancelled)).Error);
    }

    [Fact]
    public async Task Whoever_waits_for_an_end_is_answered_when_the_broker_stops()
    {
        var who = await OpenAsync("id");
        _markers.Close();
        var ending = _c.EndAsync("id", who, commit: true, ClientTransactionVersion.V0, Cancelled);
        await _markers.Asked.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        await _c.DisposeAsync();
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await ending).Error);
    }

    private static (ErrorCode, ProducerIdAndEpoch) Tuple(EndTransactionResult result) => (result.Error, result.Producer);

    private TransactionCoordinator Start()
    {
        var coordinator = new TransactionCoordinator(
            new TransactionOptions(), _log, _markers, () => Interlocked.Increment(ref _nextProducerId), _clock, NullLogger<TransactionCoordinator>.Instance);
        coordinator.Start();
        return coordinator;
    }

    private async Task RestartAsync()
    {
        await _c.DisposeAsync();
        _c = Start();
    }

    /// <summary>A producer with a transaction over two partitions.</summary>
    private async Task<ProducerIdAndEpoch> OpenAsync(string id, int timeoutMs = 60_000)
    {
        var producer = (await _c.InitProducerIdAsync(id, timeoutMs, null, Cancelled)).Producer;
        Assert.Equal(ErrorCode.None, await _c.AddPartitionsAsync(id, producer, [s_one, s_two], ClientTransactionVersion.V0, Cancelled));
        return producer;
    }

    /// <summary>Asks until the state is reached; each question is a turn of the coordinator's loop, and time passes with it if the test says so.</summary>
    private async Task UntilAsync(string id, TransactionStatus status, TimeSpan advance = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while ((await _c.DescribeAsync(id, patience.Token)).Metadata?.Status != status)
        {
            _clock.Advance(advance);
            await Task.Yield();
        }
    }
}
