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

    public static async Task<TimeSpan> MeasureStartAsync(string executable, string dataDirectory)
    {
        var port = FreePort();
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(
            executable, ["run", "broker", "--port", $"{port}", "--data-dir", dataDirectory]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await UntilItAnswersAsync(process, port);
        var ready = Stopwatch.GetElapsedTime(began);
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        return ready;
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
