using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Tests.Protocol.Records;

public sealed class Lz4FrameTests
{
    [Fact]
    public void Blocks_are_independent_because_Apache_Kafka_reads_no_others()
    {
        const int FlagsAt = 4, BlockIndependence = 0x20;
        Assert.Equal(BlockIndependence, Compression.Compress(CompressionCodec.Lz4, new byte[1000])[FlagsAt] & BlockIndependence);
    }
}
