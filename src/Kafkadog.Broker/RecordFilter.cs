namespace Kafkadog.Broker;

/// <summary>Which records of a topic to read.</summary>
public sealed record RecordFilter
{
    /// <summary>Only this partition; null for all.</summary>
    public int? Partition { get; init; }

    /// <summary>From this offset on, in every partition read; 0 begins with the oldest record there is.</summary>
    public long FromOffset { get; init; }

    /// <summary>Leaves out what transactions have not committed, as <c>isolation.level=read_committed</c> does.</summary>
    public bool Committed { get; init; }

    /// <summary>Only the records for which it is true.</summary>
    public Func<KafkaRecord, bool>? Where { get; init; }
}
