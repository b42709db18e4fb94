using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Coordination.Transactions;

/// <summary>A transaction log that can be made to fail, and that another coordinator can read after the first was killed.</summary>
internal sealed class MemoryTransactionLog : ITransactionLog
{
    private readonly List<(int Partition, TransactionRecord Record)> _records = [];

    public int PartitionCount => 50;

    public ErrorCode Failure { get; set; }

    public int CoordinatorEpoch(int partition) => 3;

    public ErrorCode EnsureCreated() => ErrorCode.None;

    /// <summary>The states an id went through, as the log has them; null for a tombstone.</summary>
    public IEnumerable<TransactionStatus?> Statuses(string id)
    {
        lock (_records)
        {
            return [.. _records.Where(r => TransactionRecords.ReadKey(r.Record.Key) == id)
                .Select(r => r.Record.Value is { } value ? TransactionRecords.ReadValue(id, value).Status : (TransactionStatus?)null)];
        }
    }

    /// <summary>What a broker that was killed before its last record leaves.</summary>
    public void CutTo(string id, TransactionStatus last)
    {
        lock (_records)
        {
            var at = _records.FindLastIndex(r => TransactionRecords.ReadKey(r.Record.Key) == id && r.Record.Value is { } value && TransactionRecords.ReadValue(id, value).Status == last);
            _records.RemoveRange(at + 1, _records.Count - at - 1);
        }
    }

    public void Replay(Action<int, TransactionRecord> each)
    {
        lock (_records) _records.ForEach(r => each(r.Partition, r.Record));
    }

    public ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<TransactionRecord> records)
    {
        if (Failure != ErrorCode.None) return new(Failure);
        lock (_records) _records.AddRange(records.Select(r => (partition, r)));
        return new(ErrorCode.None);
    }
}

/// <summary>Notes the markers; holds them up, or refuses them, when the test says so.</summary>
internal sealed class MemoryMarkers : IMarkerWriter
{
    private readonly List<(TopicPartition Partition, TransactionEnd End)> _written = [];
    private TaskCompletionSource? _gate;

    public Func<TopicPartition, ErrorCode> Answer { get; set; } = static _ => ErrorCode.None;

    /// <summary>Completes with the first marker that is asked for.</summary>
    public TaskCompletionSource Asked { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(TopicPartition Partition, TransactionEnd End)> Written
    {
        get
        {
            lock (_written) return [.. _written];
        }
    }

    public void Close() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate!.SetResult();

    public async ValueTask<ErrorCode> WriteAsync(TopicPartition partition, TransactionEnd end, CancellationToken cancellationToken)
    {
        Asked.TrySetResult();
        if (_gate is { } gate) await gate.Task.WaitAsync(cancellationToken);
        var answer = Answer(partition);
        if (answer == ErrorCode.None)
        {
            lock (_written) _written.Add((partition, end));
        }

        return answer;
    }
}
