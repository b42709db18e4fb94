using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kafkadog.Benchmarks.Orders;

/// <summary>The broker alone as a process, timed from its start to its first answer.</summary>
internal static class BrokerProcess
{
    // Length 10, then ApiVersions (key 18) version 0, correlation id 1, client id null.
    private static readonly byte[] ApiVersionsRequest = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];

    /// <summary>Of <c>kafkadog</c>, or of <c>kafkadog-broker</c>, which is nothing else.</summary>
    public static string[] Arguments(string executable, int port, string dataDirectory)
    {
        string[] options = ["--port", $"{port}", "--data-dir", dataDirectory];
        return Path.GetFileNameWithoutExtension(executable) == "kafkadog-broker" ? options : ["run", "broker", .. options];
    }

    /// <returns>From the start to the first answer, and the resident memory a second later.</returns>
    public static async Task<(TimeSpan Ready, long ResidentBytes)> MeasureStartAsync(string executable, string dataDirectory)
    {
        var port = FreePort();
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(
            executable, Arguments(executable, port, dataDirectory)) { UseShellExecute = false, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await UntilItAnswersAsync(process, port);
        var ready = Stopwatch.GetElapsedTime(began);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var resident = ProcessUse.Of("broker", process.Id).ResidentBytes;
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        return (ready, resident);
    }

    public static async Task UntilItAnswersAsync(Process process, int port)
    {
        while (!await AnswersAsync(port))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The broker ended with {process.ExitCode}.");
            }

            await Task.Delay(2);
        }
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.SendAsync(ApiVersionsRequest);
            var size = new byte[4];
            return await socket.ReceiveAsync(size) == 4 && BinaryPrimitives.ReadInt32BigEndian(size) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
