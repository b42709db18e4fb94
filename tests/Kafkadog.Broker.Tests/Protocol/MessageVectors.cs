using System.Reflection;
using System.Text.Json;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Protocol;

/// <summary>One message as Apache Kafka's own classes wrote it, with the values it printed for it.</summary>
internal sealed record MessageVector(ApiKey Api, string Name, string Kind, short Version, string Shape, int Header, byte[] Body, JsonElement Json)
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Action<byte[], short>> Readers = new();

    private static readonly MethodInfo RoundTripOf = typeof(MessageVector).GetMethod(nameof(RoundTrip), BindingFlags.NonPublic | BindingFlags.Static)!;

    public string Class => Name + (Kind == "request" ? "Request" : "Response");

    public override string ToString() => $"{Class} v{Version} {Shape}";

    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Protocol", "Vectors"), "*-*.jsonl")
            .Where(path => char.IsDigit(Path.GetFileName(path)[0]))
            .Order(StringComparer.Ordinal);

    public static IEnumerable<MessageVector> ReadAll(string file) => File.ReadLines(file).Select(Parse);

    /// <summary>Reads the body and writes it again.</summary>
    public (object Message, int Left, byte[] Written) ReadAndWrite()
    {
        var type = typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{Class}", throwOnError: true)!;
        return ((object, int, byte[]))RoundTripOf.MakeGenericMethod(type).Invoke(
            null, BindingFlags.DoNotWrapExceptions, binder: null, [Body, Version], culture: null)!;
    }

    /// <summary>Reads other bytes as a message of this kind and version.</summary>
    public void Read(byte[] body) => Readers.GetOrAdd(Class, MakeReader)(body, Version);

    private static Action<byte[], short> MakeReader(string name) => typeof(MessageVector)
        .GetMethod(nameof(ReadOnly), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{name}", throwOnError: true)!)
        .CreateDelegate<Action<byte[], short>>();

    private static void ReadOnly<T>(byte[] body, short version)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(body);
        T.Read(ref reader, version);
    }

    private static (object Message, int Left, byte[] Written) RoundTrip<T>(byte[] body, short version)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(body);
        var message = T.Read(ref reader, version);
        using var writer = new ProtocolWriter(16);
        message.Write(writer, version);
        return (message, reader.Remaining, writer.ToArray());
    }

    private static MessageVector Parse(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return new MessageVector(
            (ApiKey)json.GetProperty("api").GetInt16(),
            json.GetProperty("name").GetString()!,
            json.GetProperty("kind").GetString()!,
            json.GetProperty("version").GetInt16(),
            json.GetProperty("shape").GetString()!,
            json.GetProperty("header").GetInt32(),
            Convert.FromHexString(json.GetProperty("hex").GetString()!),
            json.GetProperty("json"));
    }
}
