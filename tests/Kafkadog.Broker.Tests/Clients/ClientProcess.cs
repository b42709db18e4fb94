using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>A client that is a program of its own. Disposing kills it if it still runs.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private const int Interrupt = 2;

    private readonly Process _process;
    private readonly string _command;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _said = new();

    private ClientProcess(string file, string[] arguments)
    {
        _command = $"{Path.GetFileName(file)} {string.Join(' ', arguments)}";
        _process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
    }

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Starts a program that goes on until it is told to stop.</summary>
    public static ClientProcess Start(string file, params string[] arguments)
    {
        var client = new ClientProcess(file, arguments);
        client._process.OutputDataReceived += (_, line) => client.Hear(line.Data);
        client._process.ErrorDataReceived += (_, line) => client.Hear(line.Data);
        client._process.BeginOutputReadLine();
        client._process.BeginErrorReadLine();
        return client;
    }

    /// <summary>Runs a program to its end, which must be a good one, and returns what it wrote to its standard output.</summary>
    public static async Task<string> RunAsync(string file, string input, params string[] arguments)
    {
        await using var client = new ClientProcess(file, arguments);
        using var patience = Patience();
        var output = client._process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = client._process.StandardError.ReadToEndAsync(patience.Token);
        await client._process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        client._process.StandardInput.Close();
        await client._process.WaitForExitAsync(patience.Token);
        Assert.True(client._process.ExitCode == 0, $"{client._command} ended with {client._process.ExitCode}: {await output}{await errors}");
        return await output;
    }

    /// <summary>The next line, of either stream, for which the condition holds.</summary>
    public async Task<string> UntilAsync(Func<string, bool> condition)
    {
        using var patience = Patience();
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(patience.Token);
                if (condition(line))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_command} did not say it. It said:\n{Said}", e);
        }
    }

    /// <summary>Asks it to end, as Ctrl+C does, and waits until it has.</summary>
    public async Task InterruptAsync()
    {
        using var patience = Patience();
        Assert.Equal(0, Kill(_process.Id, Interrupt));
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    private static CancellationTokenSource Patience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(KafkaTarget.Patience);
        return patience;
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        _lines.Writer.TryWrite(line);
    }

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
