using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What one input to a group asks of the world: whether its metadata must be written, and whom to answer after that.</summary>
internal sealed class GroupEffects
{
    private readonly List<Reply> _replies = [];
    private readonly List<OffsetsRecord> _records = [];

    /// <summary>The group's metadata changed in a way that must survive a restart: write it before the replies.</summary>
    public bool PersistGroup { get; set; }

    /// <summary>What is written as it stands, in this order, before the metadata and the replies.</summary>
    public IReadOnlyList<OffsetsRecord> Records => _records;

    public IReadOnlyList<Reply> Replies => _replies;

    public void Write(OffsetsRecord record) => _records.Add(record);

    public void Write(IEnumerable<OffsetsRecord> records) => _records.AddRange(records);

    public void Answer<T>(Reply<T> reply, T answer)
    {
        reply.Settle(answer);
        _replies.Add(reply);
    }

    public void Answer<T>(Reply<T> reply, ErrorCode error) => Answer(reply, reply.FromError(error));

    public void Clear()
    {
        _replies.Clear();
        _records.Clear();
        PersistGroup = false;
    }
}
