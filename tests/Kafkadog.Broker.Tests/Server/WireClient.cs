using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Server;

/// <summary>A bare connection to a broker: sends frames as the test makes them, reads frames as they come.</summary>
internal sealed class WireClient : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private int _correlationId;

    public static Task<WireClient> ConnectAsync(KafkaBroker broker, CancellationToken cancellationToken) => ConnectAsync(broker.Port, cancellationToken);

    /// <param name="port">On this machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="from">The address to come from, when it matters: 127.0.0.0/8 are all of this machine.</param>
    public static async Task<WireClient> ConnectAsync(int port, CancellationToken cancellationToken, IPAddress? from = null)
    {
        var client = new WireClient();
        if (from is not null)
        {
            client._socket.Bind(new IPEndPoint(from, 0));
        }

        await client._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return client;
    }

    /// <summary>A request with its header and size.</summary>
    public static byte[] Frame(ApiSchema api, short version, int correlationId, IMessage body)
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt32(0);
        writer.WriteInt16((short)api.Key);
        writer.WriteInt16(version);
        writer.WriteInt32(correlationId);
        writer.WriteNullableString("wire-client", compact: false);
        if (api.RequestHeaderVersion(version) >= 2)
        {
            writer.WriteTaggedFields(null);
        }

        body.Write(writer, version);
        writer.PatchInt32(0, (int)writer.Length - 4);
        return writer.ToArray();
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Sends a request and reads its answer to the last byte.</summary>
    public async Task<TResponse> AskAsync<TResponse>(ApiSchema api, short version, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        var correlationId = ++_correlationId;
        await SendAsync(Frame(api, version, correlationId, request), cancellationToken);
        var frame = await ReceiveAsync(cancellationToken) ?? throw new IOException($"{api.Name} v{version}: the broker closed the connection.");
        return Parse<TResponse>(api, version, correlationId, frame);
    }

    public static TResponse Parse<TResponse>(ApiSchema api, short version, int correlationId, byte[] frame)
        where TResponse : IMessage<TResponse>
    {
        var reader = new ProtocolReader(frame);
        Assert.Equal(correlationId, reader.ReadInt32());
        if (api.ResponseHeaderVersion(version) >= 1)
        {
            Assert.Null(reader.ReadTaggedFields());
        }

        var response = TResponse.Read(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return response;
    }

    /// <summary>The next frame without its size; null when the broker has closed the connection.</summary>
    public async Task<byte[]?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var size = new byte[4];
        if (!await FillAsync(size, patience.Token))
        {
            return null;
        }

        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        return await FillAsync(frame, patience.Token) ? frame : throw new IOException("The connection ended within a frame.");
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> FillAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (target.Length > 0)
        {
            int read;
            try
            {
                read = await _socket.ReceiveAsync(target, cancellationToken);
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                read = 0;
            }

            if (read == 0)
            {
                return false;
            }

            target = target[read..];
        }

        return true;
    }
}
