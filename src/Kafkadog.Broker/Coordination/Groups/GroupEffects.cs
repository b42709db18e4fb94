using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What one input to a group asks of the world: whether its metadata must be written, and whom to answer after that.</summary>
internal sealed class GroupEffects
{
    private readonly List<Reply> _replies = [];

    /// <summary>The group's metadata changed in a way that must survive a restart: write it before the replies.</summary>
    public bool PersistGroup { get; set; }

    public IReadOnlyList<Reply> Replies => _replies;

    public void Answer<T>(Reply<T> reply, T answer)
    {
        reply.Settle(answer);
        _replies.Add(reply);
    }

    public void Answer<T>(Reply<T> reply, ErrorCode error) => Answer(reply, reply.FromError(error));

    public void Clear()
    {
        _replies.Clear();
        PersistGroup = false;
    }
}
