using System.Collections;
using System.Text.Json;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Tests.Protocol;

public sealed class MessageVectorTests
{
    public static TheoryData<string> Files() => new(MessageVector.Files().Select(file => Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Message_is_read_to_the_values_and_written_to_the_bytes_of_Apache_Kafka(string file)
    {
        var failures = new List<string>();
        foreach (var vector in MessageVector.ReadAll(Path.Combine(AppContext.BaseDirectory, "Protocol", "Vectors", file)))
        {
            try
            {
                var (message, left, written) = vector.ReadAndWrite();
                Assert.Equal(0, left);
                Assert.Equal(Convert.ToHexString(vector.Body), Convert.ToHexString(written));
                AssertValues(vector.Json, message, vector.ToString());
            }
            catch (Exception problem) when (problem is ProtocolException or Xunit.Sdk.XunitException)
            {
                failures.Add($"{vector}: {problem.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(5)));
    }

    [Fact]
    public void Every_version_of_every_schema_has_a_vector_and_the_header_versions_agree()
    {
        var covered = new HashSet<(ApiKey, string, short)>();
        foreach (var vector in MessageVector.Files().SelectMany(MessageVector.ReadAll))
        {
            var schema = ApiSchemas.All.Single(api => api.Key == vector.Api);
            var header = vector.Kind == "request" ? schema.RequestHeaderVersion(vector.Version) : schema.ResponseHeaderVersion(vector.Version);
            Assert.Equal(vector.Header, header);
            covered.Add((vector.Api, vector.Kind, vector.Version));
        }

        var missing = from api in ApiSchemas.All
                      from version in Enumerable.Range(api.LowestVersion, api.HighestVersion - api.LowestVersion + 1)
                      from kind in new[] { "request", "response" }
                      where !covered.Contains((api.Key, kind, (short)version))
                      select $"{api.Name} {kind} v{version}";
        Assert.Empty(missing);
    }

    private static void AssertValues(JsonElement expected, object? actual, string path)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(actual is null, $"{path} should be null and is {actual}");
                break;
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    var name = char.ToUpperInvariant(property.Name[0]) + property.Name[1..];
                    var member = actual?.GetType().GetProperty(name);
                    Assert.True(member is not null, $"{path} has no {name}");
                    AssertValues(property.Value, member.GetValue(actual), $"{path}.{name}");
                }

                break;
            case JsonValueKind.Array:
                var elements = ((IEnumerable)actual!).Cast<object?>().ToList();
                Assert.Equal(expected.GetArrayLength(), elements.Count);
                var at = 0;
                foreach (var element in expected.EnumerateArray())
                {
                    AssertValues(element, elements[at], $"{path}[{at}]");
                    at++;
                }

                break;
            case JsonValueKind.String when actual is RecordData:
                // Apache Kafka prints record blobs as an empty text; the bytes were compared already.
                break;
            default:
                Assert.True(Text(expected) == Text(actual), $"{path}: expected {Text(expected)}, read {Text(actual)}");
                break;
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static string? Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        ErrorCode code => ((short)code).ToString(),
        ReadOnlyMemory<byte> bytes => Convert.ToBase64String(bytes.Span),
        Guid id => Convert.ToBase64String(id.ToByteArray(bigEndian: true)).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        double number => number.ToString("R"),
        _ => value?.ToString(),
    };
}
