using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

/// <summary>Who wrote a batch: the broker's own batches (coordinators) skip the checks meant for clients.</summary>
internal enum AppendOrigin
{
    Client,
    Coordinator,
}

/// <summary>The acks field of a Produce request.</summary>
internal enum RequiredAcks : short
{
    All = -1,
    None = 0,
    Leader = 1,
}

/// <summary>What became of an appended batch.</summary>
/// <param name="Error">None, or why nothing was written.</param>
/// <param name="BaseOffset">Offset of the first record; the original one for a duplicate; -1 on error.</param>
/// <param name="LogAppendTimeMs">Milliseconds since 1970 if the topic uses LogAppendTime, else -1.</param>
/// <param name="LogStartOffset">First offset of the partition, or -1 on error.</param>
/// <param name="ErrorMessage">A sentence for the client when there is more to say than the code says.</param>
internal readonly record struct AppendResult(
    ErrorCode Error, long BaseOffset, long LogAppendTimeMs, long LogStartOffset, string? ErrorMessage = null)
{
    /// <summary>The records of the batch that are to blame; empty when the batch as a whole is.</summary>
    public IReadOnlyList<RecordError> RecordErrors { get; init; } = [];

    public static AppendResult Failed(ErrorCode error, string? message = null) => new(error, -1, -1, -1, message);
}

/// <summary>What is wrong with one record.</summary>
/// <param name="BatchIndex">Its place in the batch, from 0.</param>
/// <param name="Message">A sentence for the client.</param>
internal readonly record struct RecordError(int BatchIndex, string Message);
