using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kafkadog.EndToEnd.Tests;

/// <summary>The built executable, run as a person would run it.</summary>
internal static class Executable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot();

    public static string Path { get; } = System.IO.Path.Combine(
        Root, "artifacts", "bin", "Kafkadog", new DirectoryInfo(AppContext.BaseDirectory).Name, OperatingSystem.IsWindows() ? "kafkadog.exe" : "kafkadog");

    public static ProcessStartInfo Start(string dataDirectory, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["KAFKADOG_DATA_DIR"] = dataDirectory;
        start.Environment.Remove("KAFKA_BROKERS");
        return start;
    }

    public static Task<Answer> RunAsync(string dataDirectory, params string[] arguments) => RunAsync(dataDirectory, "", arguments);

    public static async Task<Answer> RunAsync(string dataDirectory, string input, string[] arguments)
    {
        using var process = Process.Start(Start(dataDirectory, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new Answer(process.ExitCode, await output, await error);
    }

    public static void Signal(int processId, int signal) => Assert.Equal(0, Kill(processId, signal));

    public static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "kafkadog.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no kafkadog.slnx above the tests");
        }

        return folder.FullName;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}

internal sealed record Answer(int ExitCode, string Output, string Error)
{
    public Answer Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>An error for people: it names the thing, says what to do, and shows no stack trace.</summary>
    public Answer Failed(int exitCode, string names)
    {
        Assert.True(exitCode == ExitCode, $"exit {ExitCode}\n{Output}\n{Error}");
        Assert.Contains(names, Error, StringComparison.Ordinal);
        Assert.Contains("next:", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error + Output, StringComparison.Ordinal);
        return this;
    }
}
