namespace Kafkadog.Broker.Protocol.Records;

/// <summary>The codecs of record batches, by bits 0 to 2 of the batch attributes.</summary>
internal enum CompressionCodec
{
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}
