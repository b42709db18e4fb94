using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kafkadog.Supervision;

/// <summary>One running <c>kafkadog run ROLE</c>: its signals, its output, its use of the machine.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>
    /// Hexadecimal: 4 MiB. The runtime takes the size of the processor's cache, which may be a hundred times more, and ten processes
    /// would each hold that much garbage before they look. Settings files of a program cannot say it, only the environment.
    /// </summary>
    private const string FirstGenerationVariable = "DOTNET_GCgen0size", FirstGenerationBytes = "400000";

    private readonly Process process;
    private readonly Task output;

    private ChildProcess(Process process, RotatingLog log)
    {
        this.process = process;
        Started = Stopwatch.GetTimestamp();
        output = Task.WhenAll(PumpAsync(process.StandardOutput, log), PumpAsync(process.StandardError, log));
        Exited = WaitAsync();
    }

    public int Id => process.Id;

    public long Started { get; }

    public TimeSpan Uptime => Stopwatch.GetElapsedTime(Started);

    /// <summary>Completes with the exit code; 128 + signal number when a signal ended it.</summary>
    public Task<int> Exited { get; }

    public static ChildProcess Start(IEnumerable<string> arguments, RotatingLog log)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            // Stays open: its end tells the child that the supervisor is gone, however it went. A line in it: Kafka is there.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[StopSignals.SupervisedVariable] = "1";
        start.Environment.TryAdd(FirstGenerationVariable, FirstGenerationBytes);
        return new ChildProcess(Process.Start(start)!, log);
    }

    /// <summary>Lets the child begin with what needs Kafka.</summary>
    public void TellOfKafka()
    {
        try
        {
            process.StandardInput.WriteLine();
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended by itself first.
        }
    }

    /// <summary>Asks the child to stop, and kills it when it has not within <paramref name="grace"/>.</summary>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        if (OperatingSystem.IsWindows())
        {
            process.StandardInput.Close();
        }
        else
        {
            Signal(Signals.Terminate);
            Signal(Signals.Continue);
        }

        try
        {
            return await Exited.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            Kill();
            return await Exited;
        }
    }

    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself first.
        }
    }

    public void Freeze() => SignalOrRefuse(Signals.Stop, "freeze");

    public void Thaw() => SignalOrRefuse(Signals.Continue, "thaw");

    /// <summary>Resident memory in bytes and processor time since the start; zero once it has ended.</summary>
    public (long ResidentBytes, TimeSpan Processor) Usage()
    {
        try
        {
            process.Refresh();
            return (process.WorkingSet64, process.TotalProcessorTime);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return (0, TimeSpan.Zero);
        }
    }

    public void Dispose() => process.Dispose();

    private static void SignalOrRefuseOnWindows(string verb)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new CommandFailure(
                ExitCodes.Refused, $"Windows has no signal to {verb} a process", "use `kafkadog kill` or `kafkadog stop` instead");
        }
    }

    /// <summary>Copies whole lines; a line longer than the buffer is copied in pieces.</summary>
    private static async Task PumpAsync(StreamReader reader, RotatingLog log)
    {
        var buffer = new byte[BufferBytes];
        var held = 0;
        int read;
        while ((read = await reader.BaseStream.ReadAsync(buffer.AsMemory(held))) > 0)
        {
            held += read;
            var end = buffer.AsSpan(0, held).LastIndexOf((byte)'\n') + 1;
            var ready = end > 0 ? end : held == buffer.Length ? held : 0;
            if (ready > 0)
            {
                log.Write(buffer.AsSpan(0, ready));
                buffer.AsSpan(ready, held - ready).CopyTo(buffer);
                held -= ready;
            }
        }

        if (held > 0)
        {
            log.Write(buffer.AsSpan(0, held));
        }
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync();
        await output;
        return process.ExitCode;
    }

    private void SignalOrRefuse(int signal, string verb)
    {
        SignalOrRefuseOnWindows(verb);
        Signal(signal);
    }

    private void Signal(int signal)
    {
        if (!Exited.IsCompleted)
        {
            _ = Signals.Send(process.Id, signal);
        }
    }

    private static class Signals
    {
        public const int Terminate = 15;

        public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
        public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Send(int processId, int signal);
    }
}
