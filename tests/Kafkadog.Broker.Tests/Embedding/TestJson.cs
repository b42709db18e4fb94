using System.Text.Json.Serialization;

namespace Kafkadog.Broker.Tests.Embedding;

[JsonSerializable(typeof(List<string>))]
internal sealed partial class TestJson : JsonSerializerContext;
