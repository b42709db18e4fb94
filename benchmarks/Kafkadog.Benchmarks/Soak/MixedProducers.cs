using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>A plain producer for each codec.</summary>
internal sealed class MixedProducers(SoakClients clients) : SoakPart
{
    public const string Topic = "mixed";
    public const int Partitions = 6;

    private const int PerSecondOfEach = 600, ValueBytes = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override string Name => "plain producers";

    public override IEnumerable<Action<CancellationToken>> Writers => Enum.GetValues<CompressionType>().Select(codec => (Action<CancellationToken>)(stop => Write(codec, stop)));

    private void Write(CompressionType codec, CancellationToken stop)
    {
        using var producer = clients.Producer(Name, new() { CompressionType = codec, LingerMs = 20, Acks = codec is CompressionType.None ? Acks.Leader : Acks.All });
        long at = 0;
        Repeat(PerSecondOfEach, () => producer.Produce(
            new TopicPartition(Topic, (int)(at / 10 % Partitions)), new() { Key = codec.ToString(), Value = Value(at++, ValueBytes) }, clients.Report(Name)), stop);
        producer.Flush(Patience);
    }
}
