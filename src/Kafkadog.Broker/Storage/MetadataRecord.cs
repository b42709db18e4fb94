using System.Text.Json.Serialization;
using Kafkadog.Broker.Security.Acls;

namespace Kafkadog.Broker.Storage;

/// <summary>One entry of the <see cref="MetadataLog"/>. Names follow Apache Kafka's KRaft records; a name once written is never reused.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(BrokerStartRecord), "broker-start")]
[JsonDerivedType(typeof(TopicRecord), "topic")]
[JsonDerivedType(typeof(TopicPartitionsRecord), "topic-partitions")]
[JsonDerivedType(typeof(TopicConfigRecord), "topic-config")]
[JsonDerivedType(typeof(RemoveTopicRecord), "remove-topic")]
[JsonDerivedType(typeof(ProducerIdsRecord), "producer-ids")]
[JsonDerivedType(typeof(AclsAddedRecord), "acls-added")]
[JsonDerivedType(typeof(AclsRemovedRecord), "acls-removed")]
[JsonDerivedType(typeof(ScramCredentialRecord), "scram-credential")]
[JsonDerivedType(typeof(RemoveScramCredentialRecord), "remove-scram-credential")]
[JsonDerivedType(typeof(GroupConfigRecord), "group-config")]
[JsonDerivedType(typeof(BrokerConfigRecord), "broker-config")]
[JsonDerivedType(typeof(ClientQuotaRecord), "client-quota")]
internal abstract record MetadataRecord;

/// <summary>The broker was started that many times; leader epochs count starts.</summary>
internal sealed record BrokerStartRecord(int Count) : MetadataRecord;

/// <param name="FirstStart">Number of the start during which it was created: its leader epoch then was 0.</param>
internal sealed record TopicRecord(string Name, Guid Id, int Partitions, int FirstStart, IReadOnlyDictionary<string, string> Configs) : MetadataRecord;

internal sealed record TopicPartitionsRecord(Guid Id, int Partitions) : MetadataRecord;

internal sealed record TopicConfigRecord(Guid Id, IReadOnlyDictionary<string, string> Configs) : MetadataRecord;

internal sealed record RemoveTopicRecord(Guid Id) : MetadataRecord;

/// <param name="NextProducerId">Every id below may have been handed out.</param>
internal sealed record ProducerIdsRecord(long NextProducerId) : MetadataRecord;

internal sealed record AclsAddedRecord(IReadOnlyList<AclBinding> Acls) : MetadataRecord;

internal sealed record AclsRemovedRecord(IReadOnlyList<AclBinding> Acls) : MetadataRecord;

/// <param name="Mechanism">Kafka's name of it.</param>
internal sealed record ScramCredentialRecord(string User, string Mechanism, byte[] Salt, byte[] StoredKey, byte[] ServerKey, int Iterations) : MetadataRecord;

internal sealed record RemoveScramCredentialRecord(string User, string Mechanism) : MetadataRecord;

/// <summary>A group's own settings; none when it has none any more.</summary>
internal sealed record GroupConfigRecord(string GroupId, IReadOnlyDictionary<string, string> Configs) : MetadataRecord;

/// <summary>All settings of the broker that were made while it ran, for this node or for all nodes.</summary>
internal sealed record BrokerConfigRecord(bool OfNode, IReadOnlyDictionary<string, string> Configs) : MetadataRecord;

/// <param name="Value">The new value; null when it was removed.</param>
internal sealed record ClientQuotaRecord(IReadOnlyList<QuotaEntityPart> Entity, string Key, double? Value) : MetadataRecord;

/// <summary>A part of the metadata: it changes by records only, and can be written as records again.</summary>
internal interface IMetadataState
{
    /// <summary>Takes note of a record that is on the disk; ignores those of other parts.</summary>
    void Apply(MetadataRecord record);

    /// <summary>The shortest records that lead to this state.</summary>
    IEnumerable<MetadataRecord> Snapshot();
}

[JsonSerializable(typeof(MetadataRecord))]
internal sealed partial class MetadataJsonContext : JsonSerializerContext;
