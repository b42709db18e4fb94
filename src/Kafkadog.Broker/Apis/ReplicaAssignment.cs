namespace Kafkadog.Broker.Apis;

/// <summary>What can be wrong with the brokers a client names for the replicas of a partition.</summary>
internal static class ReplicaAssignment
{
    /// <summary>Null if they are this node alone, else a sentence for the client.</summary>
    public static string? Problem(IReadOnlyList<int> replicas, int nodeId)
    {
        if (replicas.Count == 0)
        {
            return "The manual partition assignment includes an empty replica list.";
        }

        var seen = new HashSet<int>();
        foreach (var replica in replicas.Order())
        {
            if (replica != nodeId)
            {
                return $"The manual partition assignment includes broker {replica}, but no such broker is registered.";
            }

            if (!seen.Add(replica))
            {
                return $"The manual partition assignment includes the broker {replica} more than once.";
            }
        }

        return null;
    }
}
