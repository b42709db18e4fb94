using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using static Kafkadog.Broker.Coordination.Transactions.TransactionStatus;

namespace Kafkadog.Broker.Tests.Coordination.Transactions;

/// <summary>The state machine of a transactional id, state by state.</summary>
public sealed class TransactionRulesTests
{
    private const long Id = 40, NewId = 99, Now = 1_000_000;
    private static readonly TopicPartition s_partition = new("t", 0);

    [Theory]
    [InlineData("Empty", ErrorCode.None, "Ongoing")]
    [InlineData("Ongoing", ErrorCode.None, "Ongoing")]
    [InlineData("CompleteCommit", ErrorCode.None, "Ongoing")]
    [InlineData("CompleteAbort", ErrorCode.None, "Ongoing")]
    [InlineData("PrepareCommit", ErrorCode.ConcurrentTransactions, null)]
    [InlineData("PrepareAbort", ErrorCode.ConcurrentTransactions, null)]
    public void Partition_is_added_unless_the_last_transaction_is_still_ending(string status, object error, string? next) =>
        Expect(TransactionRules.AddPartitions(In(status), new(Id, 5), [s_partition], ClientTransactionVersion.V2, Now), error, next);

    [Fact]
    public void Partition_that_is_there_changes_nothing()
    {
        var ongoing = In("Ongoing") with { Partitions = [s_partition] };
        Expect(TransactionRules.AddPartitions(ongoing, new(Id, 5), [s_partition], ClientTransactionVersion.V0, Now), ErrorCode.None, null);
        var more = TransactionRules.AddPartitions(ongoing, new(Id, 5), [new("t", 1)], ClientTransactionVersion.V0, Now).Next!;
        Assert.Equal([s_partition, new("t", 1)], more.Partitions.OrderBy(p => p.Partition));
        Assert.Equal(ongoing.StartMs, more.StartMs);
    }

    [Theory]
    [InlineData("Empty")]
    [InlineData("CompleteCommit")]
    public void First_partition_begins_the_transaction_and_its_time(string status)
    {
        var begun = TransactionRules.AddPartitions(In(status), new(Id, 5), [s_partition], ClientTransactionVersion.V2, Now).Next!;
        Assert.Equal((Now, Now, ClientTransactionVersion.V2), (begun.StartMs, begun.LastUpdateMs, begun.ClientVersion));
    }

    [Theory]
    [InlineData(41, 5, ErrorCode.InvalidProducerIdMapping)]
    [InlineData(40, 4, ErrorCode.ProducerFenced)]
    [InlineData(40, 6, ErrorCode.ProducerFenced)]
    public void Stranger_and_fenced_producer_change_nothing(long producerId, short epoch, object error)
    {
        var ongoing = In("Ongoing");
        ProducerIdAndEpoch who = new(producerId, epoch);
        Expect(TransactionRules.AddPartitions(ongoing, who, [s_partition], ClientTransactionVersion.V0, Now), error, null);
        Expect(TransactionRules.End(ongoing, who, commit: true, ClientTransactionVersion.V0, Now, NoNewId), error, null);
        Expect(TransactionRules.End(ongoing, who, commit: true, ClientTransactionVersion.V2, Now, NoNewId), error, null);
        Assert.Equal(error, TransactionRules.Verify(ongoing, who, s_partition));
    }

    [Theory]
    [InlineData("Ongoing", true, ErrorCode.None, "PrepareCommit")]
    [InlineData("Ongoing", false, ErrorCode.None, "PrepareAbort")]
    [InlineData("Empty", true, ErrorCode.InvalidTxnState, null)]
    [InlineData("Empty", false, ErrorCode.InvalidTxnState, null)]
    [InlineData("PrepareCommit", true, ErrorCode.ConcurrentTransactions, null)]
    [InlineData("PrepareCommit", false, ErrorCode.InvalidTxnState, null)]
    [InlineData("PrepareAbort", true, ErrorCode.InvalidTxnState, null)]
    [InlineData("PrepareAbort", false, ErrorCode.ConcurrentTransactions, null)]
    [InlineData("CompleteCommit", true, ErrorCode.None, null)]
    [InlineData("CompleteCommit", false, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteAbort", true, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteAbort", false, ErrorCode.None, null)]
    public void End_of_V1(string status, bool commit, object error, string? next)
    {
        var decision = TransactionRules.End(In(status), new(Id, 5), commit, ClientTransactionVersion.V0, Now, NoNewId);
        Expect(decision, error, next);
        Assert.Equal(next is null ? null : 5, decision.Next?.ProducerEpoch);
    }

    [Theory]
    [InlineData("Ongoing", 5, true, ErrorCode.None, "PrepareCommit")]
    [InlineData("Ongoing", 5, false, ErrorCode.None, "PrepareAbort")]
    [InlineData("Ongoing", 4, true, ErrorCode.ProducerFenced, null)]
    [InlineData("Empty", 5, true, ErrorCode.InvalidTxnState, null)]
    [InlineData("Empty", 5, false, ErrorCode.None, "PrepareAbort")]
    [InlineData("PrepareCommit", 4, true, ErrorCode.ConcurrentTransactions, null)]
    [InlineData("PrepareCommit", 4, false, ErrorCode.InvalidTxnState, null)]
    [InlineData("PrepareCommit", 5, true, ErrorCode.ProducerFenced, null)]
    [InlineData("PrepareAbort", 4, false, ErrorCode.ConcurrentTransactions, null)]
    [InlineData("PrepareAbort", 4, true, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteCommit", 4, true, ErrorCode.None, null)]
    [InlineData("CompleteCommit", 4, false, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteCommit", 5, true, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteCommit", 5, false, ErrorCode.None, "PrepareAbort")]
    [InlineData("CompleteAbort", 4, false, ErrorCode.None, null)]
    [InlineData("CompleteAbort", 4, true, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteAbort", 5, false, ErrorCode.None, "PrepareAbort")]
    [InlineData("CompleteAbort", 5, true, ErrorCode.InvalidTxnState, null)]
    [InlineData("CompleteAbort", 3, false, ErrorCode.ProducerFenced, null)]
    public void End_of_V2(string status, short epoch, bool commit, object error, string? next)
    {
        var decision = TransactionRules.End(In(status), new(Id, epoch), commit, ClientTransactionVersion.V2, Now, NoNewId);
        Expect(decision, error, next);
        if (decision.Next is { } moved)
        {
            Assert.Equal((6, 5), (moved.ProducerEpoch, moved.LastProducerEpoch));
        }
    }

    [Fact]
    public void Last_epoch_of_V2_ends_with_a_new_producer_id_and_the_lost_answer_is_given_again()
    {
        var ongoing = In("Ongoing") with { ProducerEpoch = TransactionMetadata.LastEpoch };
        ProducerIdAndEpoch who = new(Id, TransactionMetadata.LastEpoch);
        var prepared = TransactionRules.End(ongoing, who, commit: true, ClientTransactionVersion.V2, Now, () => NewId).Next!;
        Assert.Equal((Id, short.MaxValue, NewId), (prepared.ProducerId, prepared.ProducerEpoch, prepared.NextProducerId));
        var complete = TransactionRules.Complete(prepared, Now);
        Assert.Equal((CompleteCommit, NewId, (short)0, Id, -1L), (complete.Status, complete.ProducerId, complete.ProducerEpoch, complete.PreviousProducerId, complete.NextProducerId));
        Expect(TransactionRules.End(complete, who, commit: true, ClientTransactionVersion.V2, Now, NoNewId), ErrorCode.None, null);
        Expect(TransactionRules.End(complete, who, commit: false, ClientTransactionVersion.V2, Now, NoNewId), ErrorCode.InvalidTxnState, null);
    }

    [Theory]
    [InlineData("PrepareCommit", "CompleteCommit")]
    [InlineData("PrepareAbort", "CompleteAbort")]
    public void Completion_forgets_the_partitions_and_keeps_the_producer(string status, string expected)
    {
        var complete = TransactionRules.Complete(In(status) with { Partitions = [s_partition] }, Now);
        Assert.Equal((expected, Id, (short)5, 0), (complete.Status.ToString(), complete.ProducerId, complete.ProducerEpoch, complete.Partitions.Count));
    }

    [Theory]
    [InlineData("Empty")]
    [InlineData("CompleteCommit")]
    [InlineData("CompleteAbort")]
    public void Producer_that_begins_gets_the_next_epoch(string status)
    {
        var decision = TransactionRules.InitProducer(In(status), claimed: null, 7, Now, NoNewId);
        Expect(decision, ErrorCode.None, "Empty");
        Assert.Equal((Id, (short)6, (short)-1, 7, -1L), (decision.Next!.ProducerId, decision.Next.ProducerEpoch, decision.Next.LastProducerEpoch, decision.Next.TimeoutMs, decision.Next.StartMs));
    }

    [Fact]
    public void Producer_that_begins_aborts_what_is_open_and_comes_again()
    {
        var decision = TransactionRules.InitProducer(In("Ongoing"), claimed: null, 7, Now, NoNewId);
        Expect(decision, ErrorCode.ConcurrentTransactions, "PrepareAbort");
        Assert.Equal(6, decision.Next!.ProducerEpoch);
    }

    [Theory]
    [InlineData("PrepareCommit")]
    [InlineData("PrepareAbort")]
    public void Producer_that_begins_waits_for_an_end_under_way(string status) =>
        Expect(TransactionRules.InitProducer(In(status), claimed: null, 7, Now, NoNewId), ErrorCode.ConcurrentTransactions, null);

    [Theory]
    [InlineData(40, 5, ErrorCode.None, 6)]
    [InlineData(40, 4, ErrorCode.None, 5)]
    [InlineData(40, 3, ErrorCode.ProducerFenced, null)]
    [InlineData(41, 5, ErrorCode.ProducerFenced, null)]
    [InlineData(39, 5, ErrorCode.ProducerFenced, null)]
    [InlineData(39, 32766, ErrorCode.ProducerFenced, null)]
    public void Producer_that_goes_on_must_be_the_present_one_or_the_one_whose_answer_was_lost(long producerId, short epoch, object error, int? expected)
    {
        var decision = TransactionRules.InitProducer(In("Empty") with { LastProducerEpoch = 4, PreviousProducerId = 39 }, new(producerId, epoch), 7, Now, NoNewId);
        Assert.Equal((error, expected), (decision.Error, decision.Next?.ProducerEpoch));
    }

    [Fact]
    public void Used_up_epochs_give_a_new_producer_id_and_the_lost_answer_is_given_again()
    {
        var last = In("CompleteCommit") with { ProducerEpoch = TransactionMetadata.LastEpoch };
        ProducerIdAndEpoch who = new(Id, TransactionMetadata.LastEpoch);
        var rotated = TransactionRules.InitProducer(last, who, 7, Now, () => NewId).Next!;
        Assert.Equal((NewId, (short)0, Id), (rotated.ProducerId, rotated.ProducerEpoch, rotated.PreviousProducerId));
        var again = TransactionRules.InitProducer(rotated, who, 7, Now, NoNewId).Next!;
        Assert.Equal((NewId, (short)0), (again.ProducerId, again.ProducerEpoch));
        Assert.Equal((NewId, (short)0), (TransactionRules.InitProducer(last, claimed: null, 7, Now, () => NewId).Next!.ProducerId, (short)0));
    }

    [Fact]
    public void Abort_of_the_last_epoch_keeps_the_marker_above_it()
    {
        var aborted = TransactionRules.Abort(In("Ongoing") with { ProducerEpoch = TransactionMetadata.LastEpoch }, Now, () => NewId);
        Assert.Equal((PrepareAbort, short.MaxValue, NewId), (aborted.Status, aborted.ProducerEpoch, aborted.NextProducerId));
    }

    [Theory]
    [InlineData("Ongoing", 0, false)]
    [InlineData("Ongoing", 1, true)]
    [InlineData("PrepareCommit", 1, false)]
    [InlineData("Empty", 1, false)]
    public void Only_an_open_transaction_times_out(string status, int lateMs, bool expected)
    {
        var metadata = In(status);
        Assert.Equal(expected, TransactionRules.IsTimedOut(metadata, metadata.StartMs + metadata.TimeoutMs + lateMs));
    }

    [Theory]
    [InlineData("Empty", true)]
    [InlineData("CompleteCommit", true)]
    [InlineData("CompleteAbort", true)]
    [InlineData("Ongoing", false)]
    [InlineData("PrepareCommit", false)]
    [InlineData("PrepareAbort", false)]
    public void Only_an_id_at_rest_expires(string status, bool expected)
    {
        var metadata = In(status);
        Assert.Equal((expected, false), (TransactionRules.IsExpired(metadata, metadata.LastUpdateMs + 100, 100), TransactionRules.IsExpired(metadata, metadata.LastUpdateMs + 99, 100)));
    }

    [Theory]
    [InlineData("Ongoing", 0, ErrorCode.None)]
    [InlineData("Ongoing", 1, ErrorCode.TransactionAbortable)]
    [InlineData("Empty", 1, ErrorCode.TransactionAbortable)]
    [InlineData("PrepareCommit", 0, ErrorCode.ConcurrentTransactions)]
    public void Partition_is_verified_against_the_transaction(string status, int partition, object expected) =>
        Assert.Equal(expected, TransactionRules.Verify(In(status) with { Partitions = [s_partition] }, new(Id, 5), new("t", partition)));

    private static TransactionMetadata In(string status) => new()
    {
        TransactionalId = "id", ProducerId = Id, PreviousProducerId = Id, ProducerEpoch = 5, TimeoutMs = 60_000,
        Status = Enum.Parse<TransactionStatus>(status), StartMs = 10_000, LastUpdateMs = 20_000,
    };

    private static long NoNewId() => throw new InvalidOperationException("No new producer id is needed here.");

    private static void Expect(TransactionDecision decision, object error, string? next) =>
        Assert.Equal((error, next), (decision.Error, decision.Next?.Status.ToString()));
}
