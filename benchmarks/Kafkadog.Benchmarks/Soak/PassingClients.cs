using System.Net;
using System.Net.Sockets;
using Kafkadog.Benchmarks.BrokerLimits;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>Connections that ask once and go, or go in the middle of a request, and producers that live for a few records.</summary>
internal sealed class PassingClients(SoakClients clients, int port) : SoakPart
{
    private const int ConnectionsPerSecond = 5, RecordsOfEach = 10;
    private const short MetadataVersion = 12;
    private static readonly TimeSpan BetweenProducers = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public override string Name => "passing clients";

    public override IEnumerable<Action<CancellationToken>> Writers => [Connect, Produce];

    private void Connect(CancellationToken stop)
    {
        var request = WireConnection.Frame(ApiSchemas.Metadata, MetadataVersion, new MetadataRequest { Topics = null });
        var turn = 0;
        Repeat(ConnectionsPerSecond, () =>
        {
            try
            {
                if (turn++ % 3 == 0)
                {
                    GoInTheMiddle(request, abruptly: turn % 2 == 0);
                    return;
                }

                using var connection = new WireConnection(port);
                connection.Ask(request);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                clients.Tally.Failed(Name, e is SocketException socket ? socket.SocketErrorCode.ToString() : "connection closed");
            }
        }, stop);
    }

    private void GoInTheMiddle(byte[] request, bool abruptly)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(request.AsSpan(0, request.Length / 2));
        if (abruptly)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
    }

    /// <summary>Each has a producer id of its own, which the partitions have to remember and forget.</summary>
    private void Produce(CancellationToken stop)
    {
        do
        {
            using var producer = clients.Producer(Name, new() { EnableIdempotence = true });
            for (var at = 0; at < RecordsOfEach; at++)
            {
                producer.Produce(MixedProducers.Topic, new() { Value = Value(at, 100) }, clients.Report(Name));
            }

            producer.Flush(Patience);
        }
        while (!stop.WaitHandle.WaitOne(BetweenProducers));
    }
}
