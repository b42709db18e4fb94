using System.Text.Json;
using System.Text.Json.Serialization;
using Kafkadog.Commands;
using Kafkadog.Supervision;

namespace Kafkadog;

/// <summary>Everything the commands and the control endpoint write as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlFile))]
[JsonSerializable(typeof(ControlError))]
[JsonSerializable(typeof(IReadOnlyList<InstanceStatus>))]
[JsonSerializable(typeof(InstanceRemoved))]
[JsonSerializable(typeof(IReadOnlyList<TopicDetails>))]
[JsonSerializable(typeof(IReadOnlyList<GroupSummary>))]
[JsonSerializable(typeof(GroupDetails))]
[JsonSerializable(typeof(IReadOnlyList<GroupDetails>))]
[JsonSerializable(typeof(IReadOnlyList<ConfigDetails>))]
[JsonSerializable(typeof(IReadOnlyList<AclDetails>))]
[JsonSerializable(typeof(OffsetPlan))]
[JsonSerializable(typeof(ProducedRecord))]
[JsonSerializable(typeof(ConsumedRecord))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<DumpedFile>))]
[JsonSerializable(typeof(Kafkadog.Broker.Inspection.StorageReport))]
[JsonSerializable(typeof(BrokerVersions))]
[JsonSerializable(typeof(SeedSummary))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonNode))]
internal sealed partial class CliJson : JsonSerializerContext;
