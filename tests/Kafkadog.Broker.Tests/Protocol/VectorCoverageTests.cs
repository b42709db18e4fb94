using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Protocol;

/// <summary>The vectors here are all of those beside the checkout, to the byte.</summary>
public sealed class VectorCoverageTests
{
    public static TheoryData<string> Files() => new(new ApiTable().All.Select(api => $"{(short)api.Schema.Key:00}-{api.Schema.Name}.jsonl").Append("record-batches.jsonl"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Vectors_of_every_advertised_api_are_here_to_the_byte(string file)
    {
        var shared = SharedFolder.Require(Path.Combine("kafka-protocol", "vectors", file));
        var here = Path.Combine(AppContext.BaseDirectory, "Protocol", "Vectors", file);
        Assert.True(File.Exists(here), $"Copy {file} to tests/Kafkadog.Broker.Tests/Protocol/Vectors.");
        Assert.True(File.ReadAllBytes(shared).AsSpan().SequenceEqual(File.ReadAllBytes(here)), $"{file} is not what the shared folder has.");
    }

    [Fact]
    public void Every_advertised_version_of_Apache_Kafka_s_index_has_a_vector()
    {
        var vectors = MessageVector.Files().SelectMany(MessageVector.ReadAll).Select(vector => (vector.Api, vector.Version, vector.Kind)).ToHashSet();
        var missing = from api in new ApiTable().All
                      from version in Enumerable.Range(api.Lowest, api.Highest - api.Lowest + 1)
                      from kind in new[] { "request", "response" }
                      where !vectors.Contains((api.Schema.Key, (short)version, kind))
                      select $"{api.Schema.Name} v{version} {kind}";
        Assert.Empty(missing);
    }
}
