using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kafkadog.Supervision;

/// <summary>Whether a loopback port is free, and who holds it when it is not.</summary>
internal static class PortCheck
{
    private const string Listening = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The error for a port that a role cannot have.</summary>
    public static CommandFailure Taken(Role role, int port) => new(
        ExitCodes.PortTaken,
        $"port {port} of {role.Name} is taken by {Holder(port) ?? "another program"}",
        $"stop that program, or start with another port: kafkadog up --port-{role.Name} {FindFree()}");

    /// <summary>"name (process 123)" of the program that listens on a port, where the system tells (Linux).</summary>
    public static string? Holder(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var sockets = Tables.Where(File.Exists).SelectMany(f => SocketsOn(f, port))
            .Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id) && Holds(process, sockets))
            {
                return $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} (process {id})";
            }
        }

        return null;
    }

    private static IEnumerable<string> SocketsOn(string table, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == Listening)
            {
                yield return fields[9];
            }
        }
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFiles()
                .Any(f => f.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }
}
