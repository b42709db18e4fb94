namespace Kafkadog.Broker.Coordination;

/// <summary>How Apache Kafka spreads groups and transactional ids over the partitions of their topics, so that its tools look in the right one.</summary>
internal static class JavaHash
{
    /// <summary>Java's <c>String.hashCode</c>, without its sign, modulo the number of partitions.</summary>
    public static int Partition(string name, int partitions)
    {
        var hash = 0;
        foreach (var c in name) hash = unchecked((31 * hash) + c);
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitions;
    }
}
