using System.Diagnostics;

namespace Kafkadog.EndToEnd.Tests.Faults;

/// <summary>A file system of a few megabytes at a folder, to be filled and freed; unmounted at the end.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string folder;

    private SmallDisk(string folder) => this.folder = folder;

    private string Ballast => Path.Combine(folder, "ballast");

    /// <summary>Skips the test where no file system can be mounted.</summary>
    public static async Task<SmallDisk> MountOrSkipAsync(string folder, int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "A small file system of its own can only be mounted by root on Linux.");
        Directory.CreateDirectory(folder);
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", folder);

    /// <summary>Takes the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = 64 * 1024; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException e) when (e.Message.StartsWith("No space left", StringComparison.Ordinal))
            {
                // Then less at a time.
            }
        }
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync() => await RunAsync("umount", folder);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(Executable.Patience);
        Assert.Equal(0, process.ExitCode);
    }
}
