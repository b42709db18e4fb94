using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Server;

[assembly: AssemblyFixture(typeof(ApacheKafka))]

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>One Apache Kafka for the whole test run, started by the first test that needs it.</summary>
public sealed class ApacheKafka : KafkaTarget, IAsyncDisposable
{
    private readonly SemaphoreSlim _once = new(1);
    private Task? _started;
    private string? _bin;
    private string? _port;
    private DirectoryInfo? _data;

    public override string Servers => $"127.0.0.1:{_port}";

    public override async Task StartAsync()
    {
        var start = SharedFolder.Require(Path.Combine("apache-kafka", "bin", "start"));
        await _once.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _started ??= StartAsync(start);
        }
        finally
        {
            _once.Release();
        }

        await _started;
    }

    public async ValueTask DisposeAsync()
    {
        if (_bin is not null)
        {
            await ClientProcess.RunAsync(Path.Combine(_bin, "stop"), "", "--port", _port!, "--dir", _data!.FullName, "--kill", "--wipe");
            _data.Refresh();
            if (_data.Exists)
            {
                _data.Delete(recursive: true);
            }
        }

        _once.Dispose();
    }

    private async Task StartAsync(string start)
    {
        _port = FreePort().ToString(CultureInfo.InvariantCulture);
        _data = Directory.CreateTempSubdirectory("kafkadog-apache-kafka-");
        _bin = Path.GetDirectoryName(start);
        await ClientProcess.RunAsync(
            "/usr/bin/env", "", "KAFKA_HEAP_OPTS=-Xms256m -Xmx512m", start, "--port", _port, "--dir", _data.FullName);
        await MakeCoordinatorsAsync();
    }

    /// <summary>The first question for a coordinator has its topic made, and until that is there many clients only try again.</summary>
    private async Task MakeCoordinatorsAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = await WireClient.ConnectAsync(Port, patience.Token);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        foreach (sbyte type in (sbyte[])[0, 1])
        {
            var request = new FindCoordinatorRequest { Key = "first", KeyType = type };
            while ((await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, request, patience.Token)).ErrorCode is not ErrorCode.None)
            {
                await again.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    // It takes the port after it for its controller.
    private static int FreePort()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (port == IPEndPoint.MaxPort)
            {
                continue;
            }

            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // Another one.
            }
        }
    }
}
