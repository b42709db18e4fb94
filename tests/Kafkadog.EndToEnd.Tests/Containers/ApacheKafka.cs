using System.Diagnostics;
using System.Globalization;

namespace Kafkadog.EndToEnd.Tests.Containers;

/// <summary>A real Apache Kafka, where one is at hand: in KAFKADOG_SHARED, or in a folder <c>shared</c> beside the checkout.</summary>
internal sealed class ApacheKafka : IAsyncDisposable
{
    private readonly string tools;
    private readonly int port;
    private readonly TemporaryDirectory directory = new();

    private ApacheKafka(string tools, int port) => (this.tools, this.port) = (tools, port);

    public string Bootstrap => $"127.0.0.1:{port}";

    public static async Task<ApacheKafka> StartOrSkipAsync()
    {
        var bin = Path.Combine(Shared(), "apache-kafka", "bin");
        Assert.SkipUnless(
            File.Exists(Path.Combine(bin, "start")),
            "needs Apache Kafka: set KAFKADOG_SHARED to a folder with apache-kafka/bin/start");

        // The controller takes the next port.
        int chosen;
        do
        {
            chosen = RunningUp.FreePorts(1)[0];
        }
        while (!Kafkadog.Supervision.PortCheck.IsFree(chosen + 1));

        var kafka = new ApacheKafka(bin, chosen);
        try
        {
            await kafka.RunAsync("start");
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
        await RunAsync("stop", "--wipe");
        directory.Dispose();
    }

    private static string Shared()
    {
        if (Environment.GetEnvironmentVariable("KAFKADOG_SHARED") is { Length: > 0 } named)
        {
            return named;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "kafkadog.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.Parent?.FullName ?? "/", "shared");
    }

    private async Task RunAsync(string tool, params string[] further)
    {
        string[] arguments = ["--port", port.ToString(CultureInfo.InvariantCulture), "--dir", Path.Combine(directory.Path, "kafka"), .. further];
        var start = new ProcessStartInfo(Path.Combine(tools, tool), arguments) { UseShellExecute = false };
        start.Environment["KAFKA_HEAP_OPTS"] = "-Xms256m -Xmx512m";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(Executable.Patience);
        Assert.Equal(0, process.ExitCode);
    }
}
