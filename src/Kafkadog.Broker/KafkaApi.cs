namespace Kafkadog.Broker;

/// <summary>The requests that a test can disturb, by Kafka's own names; the number is the API key on the wire.</summary>
public enum KafkaApi
{
    /// <summary>A producer sends record batches.</summary>
    Produce = 0,

    /// <summary>A consumer reads record batches, or waits for some.</summary>
    Fetch = 1,

    /// <summary>A client looks for an offset by time, or for the first or last one.</summary>
    ListOffsets = 2,

    /// <summary>A client asks for brokers, topics and leaders.</summary>
    Metadata = 3,

    /// <summary>A consumer commits how far it has come.</summary>
    OffsetCommit = 8,

    /// <summary>A consumer asks from where to go on.</summary>
    OffsetFetch = 9,

    /// <summary>A client asks which broker its group or transactional id belongs to.</summary>
    FindCoordinator = 10,

    /// <summary>A member joins a classic group; the answer waits for the rebalance.</summary>
    JoinGroup = 11,

    /// <summary>A member of a classic group says that it lives.</summary>
    Heartbeat = 12,

    /// <summary>Members leave a classic group.</summary>
    LeaveGroup = 13,

    /// <summary>A member of a classic group asks for its partitions.</summary>
    SyncGroup = 14,

    /// <summary>Members and state of classic groups.</summary>
    DescribeGroups = 15,

    /// <summary>Every group.</summary>
    ListGroups = 16,

    /// <summary>The first request of a connection: which APIs the broker has.</summary>
    ApiVersions = 18,

    /// <summary>Makes topics.</summary>
    CreateTopics = 19,

    /// <summary>Deletes topics.</summary>
    DeleteTopics = 20,

    /// <summary>Deletes the records before an offset.</summary>
    DeleteRecords = 21,

    /// <summary>A producer asks for its id: idempotent producers and transactions begin with it.</summary>
    InitProducerId = 22,

    /// <summary>A consumer checks whether its log was cut.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>A transaction takes in partitions.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>A transaction takes in the offsets of a group.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>A transaction commits or aborts.</summary>
    EndTxn = 26,

    /// <summary>A transaction commits the offsets of a group.</summary>
    TxnOffsetCommit = 28,

    /// <summary>Settings of topics and brokers.</summary>
    DescribeConfigs = 32,

    /// <summary>Replaces all settings of a topic.</summary>
    AlterConfigs = 33,

    /// <summary>Sizes of partitions on the disk.</summary>
    DescribeLogDirs = 35,

    /// <summary>Adds partitions to topics.</summary>
    CreatePartitions = 37,

    /// <summary>Deletes groups with their offsets.</summary>
    DeleteGroups = 42,

    /// <summary>Changes single settings of a topic.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>Partitions that are being moved; a single node has none.</summary>
    ListPartitionReassignments = 46,

    /// <summary>Deletes single offsets of a group.</summary>
    OffsetDelete = 47,

    /// <summary>Brokers and controller.</summary>
    DescribeCluster = 60,
}
