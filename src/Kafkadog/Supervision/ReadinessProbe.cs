using System.Buffers.Binary;
using System.Net.Sockets;

namespace Kafkadog.Supervision;

/// <summary>
/// Asks a starting instance again and again whether it is ready: a service by <c>/health/ready</c>, a broker by the first
/// question of every Kafka client, ApiVersions.
/// </summary>
internal static class ReadinessProbe
{
    private const short ApiVersionsKey = 18;
    private const int CorrelationId = 0x6b_64_6f_67;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerTimeout };

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
    public static async Task<bool> AnswersKafkaAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(timeout);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(host, port, bounded.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(ApiVersionsRequest(), bounded.Token);
            var answer = new byte[8];
            await stream.ReadExactlyAsync(answer, bounded.Token);
            return BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(4)) == CorrelationId;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

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
        try
        {
            using var answer = await Http.GetAsync(
                new Uri($"http://127.0.0.1:{port}/health/ready"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
