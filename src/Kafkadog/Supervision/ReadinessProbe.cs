using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kafkadog.Supervision;

/// <summary>
/// Asks a starting instance again and again whether it is ready: a service by <c>/health/ready</c>, a broker by the first
/// question of every Kafka client, ApiVersions. On bare sockets: an HTTP client would cost the supervisor, in its busiest
/// second, more than all the answers.
/// </summary>
internal static class ReadinessProbe
{
    private const short ApiVersionsKey = 18;
    private const int CorrelationId = 0x6b_64_6f_67;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private static readonly byte[] Healthy = "HTTP/1.1 200 "u8.ToArray();

    /// <returns>True when ready, false when cancelled first.</returns>
    public static async Task<bool> WaitAsync(Role role, int port, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; !cancellationToken.IsCancellationRequested; pause = Min(pause * 1.2, LongestPause))
        {
            var isReady = role.IsBroker
                ? await AnswersKafkaAsync("127.0.0.1", port, AnswerTimeout, cancellationToken)
                : await AnswersHttpAsync(port, cancellationToken);
            if (isReady)
            {
                return true;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>True when something at the address answers an ApiVersions request the way a Kafka broker does.</summary>
    public static async Task<bool> AnswersKafkaAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken) =>
        await AskAsync(new DnsEndPoint(host, port), ApiVersionsRequest(), new byte[8], timeout, cancellationToken) is { } answer
        && BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(4)) == CorrelationId;

    /// <summary>Length, api key, version 0, correlation id, and a null client id: the shortest request there is.</summary>
    private static byte[] ApiVersionsRequest()
    {
        var request = new byte[14];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(4), ApiVersionsKey);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(8), CorrelationId);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(12), -1);
        return request;
    }

    private static async Task<bool> AnswersHttpAsync(int port, CancellationToken cancellationToken)
    {
        var request = string.Create(CultureInfo.InvariantCulture, $"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        var answer = await AskAsync(
            new IPEndPoint(IPAddress.Loopback, port), Encoding.ASCII.GetBytes(request), new byte[Healthy.Length], AnswerTimeout, cancellationToken);
        return answer.AsSpan().SequenceEqual(Healthy);
    }

    /// <returns>The first bytes of the answer, as many as there is room for; null when there is none.</returns>
    private static async Task<byte[]?> AskAsync(EndPoint address, byte[] request, byte[] answer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(timeout);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, bounded.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(request, bounded.Token);
            await stream.ReadExactlyAsync(answer, bounded.Token);
            return answer;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
