using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>A log that can be held up and made to fail, to see what the coordinator does meanwhile.</summary>
internal sealed class MemoryOffsetsLog : IOffsetsLog
{
    private readonly List<(int Partition, OffsetsBatch Batch)> _batches = [];
    private TaskCompletionSource _open = Opened();

    public int PartitionCount => 50;

    public ErrorCode Failure { get; set; }

    public int Appends { get; private set; }

    /// <summary>Completes when an append has begun that a closed log holds up.</summary>
    public TaskCompletionSource Held { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(int Partition, OffsetsBatch Batch)> Batches
    {
        get
        {
            lock (_batches) return [.. _batches];
        }
    }

    public void Close()
    {
        Held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open() => _open.TrySetResult();

    public ErrorCode EnsureCreated() => ErrorCode.None;

    public ErrorCode CheckVerified(int partition, TransactionalProducer producer, VerificationGuard? guard) => ErrorCode.None;

    public ErrorCode CheckMarker(int partition, TransactionEnd end) => ErrorCode.None;

    public void Replay(IOffsetsReplay target)
    {
        foreach (var (partition, batch) in Batches)
        {
            if (batch.Marker is { } end) target.TransactionEnded(partition, end.ProducerId, end.Marker is TransactionMarker.Commit);
            foreach (var record in batch.Records) target.Record(partition, record, batch.Transaction);
        }
    }

    public async ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<OffsetsBatch> batches, CancellationToken cancellationToken)
    {
        Held.TrySetResult();
        await _open.Task.WaitAsync(cancellationToken);
        if (Failure != ErrorCode.None) return Failure;
        Appends++;
        lock (_batches) _batches.AddRange(batches.Select(b => (partition, b with { Records = [.. b.Records] })));
        return ErrorCode.None;
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
