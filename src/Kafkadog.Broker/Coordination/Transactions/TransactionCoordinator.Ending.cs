using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>From the decision in the log to the marker in every partition, and what ends without being asked to.</summary>
internal sealed partial class TransactionCoordinator
{
    private void WriteMarkers(TransactionEntry entry)
    {
        var decided = entry.Metadata;
        var end = new TransactionEnd(
            decided.Status is TransactionStatus.PrepareCommit ? TransactionMarker.Commit : TransactionMarker.Abort,
            decided.ProducerId, decided.ProducerEpoch, _log.CoordinatorEpoch(entry.Partition), (int)decided.ClientVersion);
        entry.Ending = WriteMarkersAsync(entry, decided, end, _stop.Token);
    }

    private async Task WriteMarkersAsync(TransactionEntry entry, TransactionMetadata decided, TransactionEnd end, CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(decided.Partitions.Select(partition => WriteMarkerAsync(entry, partition, end, stop)));
            await _mailbox.Writer.WriteAsync(turn => Complete(turn, entry, decided), stop);
        }
        catch (Exception stopping) when (stopping is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // The next start goes on from the decision in the log.
        }
    }

    /// <summary>A decided transaction ends in every partition that can be written, however long that takes.</summary>
    private async Task WriteMarkerAsync(TransactionEntry entry, TopicPartition partition, TransactionEnd end, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            switch (await _markers.WriteAsync(partition, end, stop))
            {
                case ErrorCode.None:
                case ErrorCode.UnknownTopicOrPartition: // deleted meanwhile
                    return;
                case (ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced) and var refused:
                    // Somebody with a higher epoch has written there: nothing of ours is open any more.
                    MarkerRefused(entry.Metadata.TransactionalId, partition, refused);
                    return;
                case var error:
                    if (attempt == 1) MarkerFailed(entry.Metadata.TransactionalId, partition, error);
                    // The decision stands: the producer need not wait for a partition that may stay broken.
                    await _mailbox.Writer.WriteAsync(turn => entry.AnswerEnd(turn[entry.Partition]), stop);
                    await Task.Delay(_options.MarkerRetryBackoff, _clock, stop);
                    break;
            }
        }
    }

    private void Complete(TransactionTurn turn, TransactionEntry entry, TransactionMetadata decided)
    {
        // A failed partition keeps its entries as they were.
        if (entry.Metadata != decided || _failedPartitions.Contains(entry.Partition)) return;
        Move(turn, TransactionRules.Complete(decided, turn.NowMs));
        entry.AnswerEnd(turn[entry.Partition]);
    }

    private void AbortTimedOut(TransactionTurn turn)
    {
        foreach (var entry in _transactions.Values.Where(e => TransactionRules.IsTimedOut(e.Metadata, turn.NowMs) && !_failedPartitions.Contains(e.Partition)).ToList())
        {
            TransactionTimedOut(entry.Metadata.TransactionalId, entry.Metadata.TimeoutMs);
            try
            {
                Move(turn, TransactionRules.Abort(entry.Metadata, turn.NowMs, _newProducerId));
            }
            catch (StorageException)
            {
                // Its epochs are used up and no new producer id can be had, because the disk has failed, which storage has logged. The next look tries again.
            }
        }
    }

    private void ForgetExpired(TransactionTurn turn)
    {
        var expiration = (long)_options.IdExpiration.TotalMilliseconds;
        foreach (var entry in _transactions.Values.Where(e => TransactionRules.IsExpired(e.Metadata, turn.NowMs, expiration) && !_failedPartitions.Contains(e.Partition)).ToList())
        {
            _transactions.Remove(entry.Metadata.TransactionalId);
            turn[entry.Partition].Records.Add(TransactionRecords.Tombstone(entry.Metadata.TransactionalId));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of {TransactionalId}'s transaction could not be written to {Partition} ({Error}); it is tried again until it can.")]
    private partial void MarkerFailed(string transactionalId, TopicPartition partition, ErrorCode error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of {TransactionalId}'s transaction is not written to {Partition}, which knows a higher epoch ({Error}).")]
    private partial void MarkerRefused(string transactionalId, TopicPartition partition, ErrorCode error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The transaction of {TransactionalId} was open for more than {TimeoutMs} ms and is aborted.")]
    private partial void TransactionTimedOut(string transactionalId, int timeoutMs);
}
