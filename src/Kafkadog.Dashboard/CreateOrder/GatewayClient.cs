using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>Sends orders to the gateway, valid ones and broken ones, and tells its answer whatever it is.</summary>
public sealed class GatewayClient(HttpClient http, TimeProvider time)
{
    /// <summary>As much of an answer as is shown.</summary>
    private const int MostAnswerBytes = 64 * 1024;

    /// <param name="idempotencyKey">The same key twice places one order.</param>
    /// <exception cref="HttpRequestException">The gateway does not answer.</exception>
    public Task<GatewayAnswer> PlaceAsync(string gateway, OrderRequest order, string idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync(gateway, JsonSerializer.SerializeToUtf8Bytes(order, ServiceApi.Json), "application/json", idempotencyKey, cancellationToken);

    /// <summary>Any bytes, as a client with a bug would send them.</summary>
    /// <exception cref="HttpRequestException">The gateway does not answer.</exception>
    public Task<GatewayAnswer> SendAsync(string gateway, string body, string contentType, CancellationToken cancellationToken) =>
        SendAsync(gateway, Encoding.UTF8.GetBytes(body), contentType, idempotencyKey: null, cancellationToken);

    private async Task<GatewayAnswer> SendAsync(
        string gateway, byte[] body, string contentType, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(gateway), "/orders"));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var text = await ReadAsync(answer.Content, cancellationToken);
            return GatewayAnswer.Of(
                (int)answer.StatusCode, text, answer.Headers.Contains("Idempotency-Replayed"), time.GetElapsedTime(began));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{gateway} did not answer within {http.Timeout.TotalSeconds:0} s", e);
        }
    }

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostAnswerBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}

/// <summary>What the gateway said.</summary>
/// <param name="OrderId">Of the order it took.</param>
/// <param name="Problem">Why it took none, where it says so.</param>
/// <param name="IsReplayed">The key was known: this is the order of the first request.</param>
public sealed record GatewayAnswer(int Status, Guid? OrderId, ServiceProblem? Problem, bool IsReplayed, TimeSpan Took)
{
    public bool IsAccepted => OrderId is not null;

    public static GatewayAnswer Of(int status, string body, bool isReplayed, TimeSpan took)
    {
        try
        {
            if (status is >= 200 and < 300)
            {
                return new(status, JsonSerializer.Deserialize<Accepted>(body, ServiceApi.Json)?.OrderId, Problem: null, isReplayed, took);
            }

            return new(status, OrderId: null, JsonSerializer.Deserialize<ServiceProblem>(body, ServiceApi.Json), isReplayed, took);
        }
        catch (JsonException)
        {
            return new(status, OrderId: null, new($"The gateway answered {status} with something that is no JSON.", "See its log: kafkadog logs api-gateway.", status, []), isReplayed, took);
        }
    }

    private sealed record Accepted(Guid? OrderId);
}
