using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Benchmarks.BrokerLimits;

/// <summary>A bare connection that sends requests made before and takes their answers, and allocates nothing meanwhile.</summary>
internal sealed class WireConnection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] answer = new byte[64 * 1024];

    public WireConnection(int port) => socket.Connect(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A request with its header and size.</summary>
    public static byte[] Frame(ApiSchema api, short version, IMessage body)
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt32(0);
        writer.WriteInt16((short)api.Key);
        writer.WriteInt16(version);
        writer.WriteInt32(1);
        writer.WriteNullableString("benchmark", compact: false);
        if (api.RequestHeaderVersion(version) >= 2)
        {
            writer.WriteTaggedFields(null);
        }

        body.Write(writer, version);
        writer.PatchInt32(0, (int)writer.Length - sizeof(int));
        return writer.ToArray();
    }

    /// <summary>Reads an answer that <see cref="Ask"/> gave.</summary>
    public static T Parse<T>(ApiSchema api, short version, ReadOnlyMemory<byte> answer)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(answer);
        reader.ReadInt32();
        if (api.ResponseHeaderVersion(version) >= 1)
        {
            reader.ReadTaggedFields();
        }

        return T.Read(ref reader, version);
    }

    /// <returns>The answer without its size, valid until the next.</returns>
    public ReadOnlyMemory<byte> Ask(ReadOnlySpan<byte> frame)
    {
        while (frame.Length > 0)
        {
            frame = frame[socket.Send(frame)..];
        }

        Fill(answer.AsSpan(0, sizeof(int)));
        var size = BinaryPrimitives.ReadInt32BigEndian(answer);
        if (size > answer.Length)
        {
            answer = new byte[size];
        }

        Fill(answer.AsSpan(0, size));
        return answer.AsMemory(0, size);
    }

    public void Dispose() => socket.Dispose();

    private void Fill(Span<byte> target)
    {
        while (target.Length > 0)
        {
            var read = socket.Receive(target);
            target = read > 0 ? target[read..] : throw new IOException("The broker closed the connection.");
        }
    }
}
