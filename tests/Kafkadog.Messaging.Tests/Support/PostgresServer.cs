using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Kafkadog.Messaging.Tests.Support;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Kafkadog.Messaging.Tests.Support;

/// <summary>A private PostgreSQL in a temporary folder, when its programs are installed.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private string? folder;
    private string binaries = "";
    private string? connection;
    private string reason = "";

    /// <summary>A schema of its own for one test; skips the test where there is no PostgreSQL.</summary>
    public DatabaseOptions NewDatabase()
    {
        Assert.SkipWhen(connection is null, "No PostgreSQL: " + reason);
        return new() { Provider = SqlDialect.Postgres, ConnectionString = connection!, Schema = "t" + Guid.NewGuid().ToString("N") };
    }

    public async ValueTask InitializeAsync()
    {
        binaries = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb"))) ?? ""
            : "";
        if (binaries.Length == 0)
        {
            reason = "its programs are not below /usr/lib/postgresql.";
            return;
        }

        folder = Directory.CreateTempSubdirectory("kafkadog-postgres-").FullName;
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", folder);

        var data = Path.Combine(folder, "data");
        var port = FreePort();
        if (await RunAsync(Path.Combine(binaries, "initdb"), "-D", data, "-U", "test", "-A", "trust", "--no-sync") != 0
            || await RunAsync(
                Path.Combine(binaries, "pg_ctl"), "-D", data, "-w", "-l", Path.Combine(folder, "log"),
                "-o", $"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=50", "start") != 0)
        {
            reason = "a private server did not start.";
            return;
        }

        connection = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "test", Database = "postgres" }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync(Path.Combine(binaries, "pg_ctl"), "-D", Path.Combine(folder!, "data"), "-m", "immediate", "stop");
        }

        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>PostgreSQL refuses to run as root: then it runs as the user its package made.</summary>
    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo { FileName = program, WorkingDirectory = "/tmp", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Environment.UserName == "root" && program != "chown")
        {
            start.FileName = "runuser";
            foreach (var argument in new[] { "-u", "postgres", "--", program })
                start.ArgumentList.Add(argument);
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        // A server started by pg_ctl keeps the pipes open, so only the program's own end is awaited.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!process.HasExited)
            await Task.Run(() => process.WaitForExit(100), limit.Token);
        return process.ExitCode;
    }
}
