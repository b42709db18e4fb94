using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Tools;

/// <summary>What a tool wrote and ended with.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors);

/// <summary>
/// Apache Kafka's command-line tools, all in one Java process (see <c>ToolRunner.java</c>), started by the first that is used. One tool runs at a time.
/// </summary>
public sealed class ApacheKafkaTools : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private Process? _process;

    /// <summary>Runs a tool to its end.</summary>
    /// <param name="tool">The class of its main method.</param>
    internal async Task<ToolResult> RunAsync(string tool, string input, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(KafkaTarget.Patience);
        await _one.WaitAsync(patience.Token);
        try
        {
            _process ??= Start();
            await _process.StandardInput.BaseStream.WriteAsync(Request([tool, input, .. arguments]), patience.Token);
            await _process.StandardInput.BaseStream.FlushAsync(patience.Token);
            var exitCode = await NumberAsync(patience.Token);
            return new ToolResult(exitCode, await TextAsync(patience.Token), await TextAsync(patience.Token));
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _one.Dispose();
    }

    private static Process Start()
    {
        var bin = Path.GetDirectoryName(SharedFolder.Require(Path.Combine("apache-kafka", "bin", "kafka-run")))!;
        Assert.SkipUnless(ClientProcess.IsInstalled("javac"), "The Java compiler is not installed (apt-get install openjdk-17-jdk-headless).");
        var kafka = Path.GetDirectoryName(bin)!;
        var runner = Path.Combine(SharedFolder.Checkout, "tests", "Kafkadog.Broker.Tests", "Tools", "ToolRunner.java");
        string[] arguments =
        [
            "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true", "-Dlog4j2.disable.jmx=true",
            $"-Dlog4j2.configurationFile={Path.Combine(kafka, "config", "tools-log4j2.yaml")}", "-cp", Path.Combine(kafka, "libs", "*"), runner,
        ];
        return Process.Start(new ProcessStartInfo("java", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    private static byte[] Request(IReadOnlyList<string> texts)
    {
        using var request = new MemoryStream();
        Write(texts.Count);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Write(bytes.Length);
            request.Write(bytes);
        }

        return request.ToArray();

        void Write(int number)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            request.Write(bytes);
        }
    }

    private async Task<int> NumberAsync(CancellationToken cancel)
    {
        var bytes = new byte[4];
        await _process!.StandardOutput.BaseStream.ReadExactlyAsync(bytes, cancel);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private async Task<string> TextAsync(CancellationToken cancel)
    {
        var bytes = new byte[await NumberAsync(cancel)];
        await _process!.StandardOutput.BaseStream.ReadExactlyAsync(bytes, cancel);
        return Encoding.UTF8.GetString(bytes);
    }
}
