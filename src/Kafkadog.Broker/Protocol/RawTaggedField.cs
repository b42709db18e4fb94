namespace Kafkadog.Broker.Protocol;

/// <summary>A tagged field whose number the schema does not name: kept as it came (KIP-482).</summary>
internal readonly record struct RawTaggedField(int Tag, ReadOnlyMemory<byte> Data);
