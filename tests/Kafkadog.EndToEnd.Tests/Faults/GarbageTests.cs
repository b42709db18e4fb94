using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Faults;

public sealed class GarbageTests
{
    private const int Seed = 4711, Connections = 200;

    [Fact]
    public async Task Garbage_on_sockets_is_cut_off_while_a_normal_client_is_served()
    {
        const string Topic = "orders";
        using var directory = new TemporaryDirectory();
        await using var broker = new BrokerProcess(directory.Data);
        await broker.StartAsync();
        await broker.CreateAsync(Topic, 1);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.Servers, MessageSendMaxRetries = 0, LingerMs = 0 }).Build();
        var random = new Random(Seed);
        for (var at = 0; at < Connections; at++)
        {
            await SendAndBeCutOffAsync(broker.Port, Garbage(random, at));
            var report = await producer.ProduceAsync(Topic, new Message<string, string> { Key = "k", Value = $"{at}" }, TestContext.Current.CancellationToken);
            Assert.Equal(at, report.Offset.Value);
        }

        Assert.True(broker.IsRunning);
        Assert.Equal(Connections, broker.ReadAll(Topic, 1).Count);
        Assert.DoesNotContain("   at ", broker.Said, StringComparison.Ordinal);
    }

    private static byte[] Garbage(Random random, int at)
    {
        var bytes = new byte[random.Next(8, 2000)];
        random.NextBytes(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes, (at % 5) switch
        {
            0 => -1,
            1 => int.MinValue,
            2 => int.MaxValue,
            3 => 100 * 1024 * 1024 + 1,
            _ => bytes.Length - 4, // a size that is right, of a request that is none
        });
        return bytes;
    }

    /// <summary>The broker ends the connection, whatever of the bytes it read.</summary>
    private static async Task SendAndBeCutOffAsync(int port, byte[] bytes)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Executable.Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        try
        {
            await socket.SendAsync(bytes, patience.Token);
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], patience.Token));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Cut off before it had read all.
        }
    }
}
