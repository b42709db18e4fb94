namespace Kafkadog.Broker;

/// <summary>
/// The errors of the Kafka protocol that tests inject or meet, by their wire number. Any other number of the protocol can be cast to
/// this type. <see href="https://kafka.apache.org/protocol#protocol_error_codes"/>
/// </summary>
public enum KafkaError
{
    /// <summary>The broker had an error it did not expect.</summary>
    UnknownServerError = -1,

    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The offset lies before the first or after the last record. A consumer resets by <c>auto.offset.reset</c>.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A batch has the wrong checksum or length.</summary>
    CorruptMessage = 2,

    /// <summary>No such topic or partition. Clients ask for metadata again and retry.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>There is no leader just now. Retriable.</summary>
    LeaderNotAvailable = 5,

    /// <summary>Another broker leads. Clients ask for metadata again and retry.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>The broker could not finish in time. Retriable; nobody knows whether it was carried out.</summary>
    RequestTimedOut = 7,

    /// <summary>A batch is larger than <c>max.message.bytes</c>.</summary>
    MessageTooLarge = 10,

    /// <summary>The string committed with an offset is too long.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The coordinator still reads its log. Retriable.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>There is no coordinator just now. Clients look for it again and retry.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>Another broker coordinates. Clients look for it again and retry.</summary>
    NotCoordinator = 16,

    /// <summary>The name is not a legal topic, or the topic is internal.</summary>
    InvalidTopic = 17,

    /// <summary>Fewer replicas than <c>min.insync.replicas</c>; nothing was written. Retriable.</summary>
    NotEnoughReplicas = 19,

    /// <summary>As before, but the records were written. Retriable.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>The member speaks for an earlier generation of its group: it must join again.</summary>
    IllegalGeneration = 22,

    /// <summary>The group does not know the member: it must join again.</summary>
    UnknownMemberId = 25,

    /// <summary>The group rebalances: the member must join again.</summary>
    RebalanceInProgress = 27,

    /// <summary>Access control denies the topic.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>Access control denies the group.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>Access control denies the operation on the cluster.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>A topic of that name is there.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The number of partitions is not possible.</summary>
    InvalidPartitions = 37,

    /// <summary>A setting is unknown or its value not allowed.</summary>
    InvalidConfig = 40,

    /// <summary>The request makes no sense.</summary>
    InvalidRequest = 42,

    /// <summary>The broker's policy forbids it.</summary>
    PolicyViolation = 44,

    /// <summary>An idempotent producer left out or repeated records: fatal for it.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>A newer producer took over this producer's id.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The transaction is not in a state that allows this.</summary>
    InvalidTxnState = 48,

    /// <summary>The producer id does not belong to the transactional id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>The transaction before still ends. Retriable.</summary>
    ConcurrentTransactions = 51,

    /// <summary>Access control denies the transactional id.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>The disk failed, or is full. Retriable.</summary>
    KafkaStorageError = 56,

    /// <summary>The broker has forgotten the producer.</summary>
    UnknownProducerId = 59,

    /// <summary>The topic is one that cannot be deleted.</summary>
    TopicDeletionDisabled = 73,

    /// <summary>The client knows an older leader epoch.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>The client knows a newer leader epoch. Retriable.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>Another process took over this static member.</summary>
    FencedInstanceId = 82,

    /// <summary>A record breaks the rules of its topic, for example no key where one is needed.</summary>
    InvalidRecord = 87,

    /// <summary>A transaction may still change the offset. Retriable.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>A quota is used up; the answer says how long to wait.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>A newer producer with the same transactional id began: fatal for this one.</summary>
    ProducerFenced = 90,

    /// <summary>No topic has that id; it was deleted, perhaps made again. Retriable.</summary>
    UnknownTopicId = 100,

    /// <summary>The member (KIP-848) speaks for another epoch: it must join again.</summary>
    FencedMemberEpoch = 110,

    /// <summary>The member's epoch (KIP-848) is old.</summary>
    StaleMemberEpoch = 113,

    /// <summary>The transaction can only be aborted (KIP-890).</summary>
    TransactionAbortable = 120,
}
