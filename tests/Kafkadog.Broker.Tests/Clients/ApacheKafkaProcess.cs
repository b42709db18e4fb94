using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>A real Apache Kafka on a free port, where <see cref="SharedFolder"/> has one. The end-to-end tests use this file as well.</summary>
internal sealed class ApacheKafkaProcess : IAsyncDisposable
{
    private const int FurtherPorts = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string tools;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kafkadog-apache-kafka-");

    private ApacheKafkaProcess(string tools) => this.tools = tools;

    public int Port { get; } = FreePort();

    /// <summary>Where it was told to keep its data, and with <c>--secure</c> its certificates.</summary>
    public string Folder => data.FullName;

    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Skips the test where there is none.</summary>
    /// <param name="further">For its start.</param>
    public static async Task<ApacheKafkaProcess> StartOrSkipAsync(params string[] further)
    {
        var start = SharedFolder.Require(Path.Combine("apache-kafka", "bin", "start"));
        var kafka = new ApacheKafkaProcess(Path.GetDirectoryName(start)!);
        try
        {
            await kafka.RunAsync("start", ["--set", "log.cleaner.backoff.ms=200", .. further]);
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }

        return kafka;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop", "--kill", "--wipe");
        data.Refresh();
        if (data.Exists)
        {
            data.Delete(recursive: true);
        }
    }

    private async Task RunAsync(string tool, params string[] further)
    {
        string[] arguments = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", data.FullName, .. further];
        var start = new ProcessStartInfo(Path.Combine(tools, tool), arguments) { UseShellExecute = false };
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xms256m -Xmx512m";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"{tool} of Apache Kafka ended with {process.ExitCode}");
    }

    // It takes the port after it for its controller, and with --secure three more.
    private static int FreePort()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (port + FurtherPorts <= IPEndPoint.MaxPort && Enumerable.Range(port + 1, FurtherPorts).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
