using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kafkadog.Commands;

/// <summary>Places one order and waits for its outcome, as a customer's page does.</summary>
internal sealed class OrderClient(Uri gateway, TimeSpan patience)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    public async Task<SettledOrder> PlaceAndWaitAsync(JsonObject order, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var placed = await SendAsync(HttpMethod.Post, "/orders", order, cancellationToken);
        var orderId = placed["orderId"]!.GetValue<string>();
        var accepted = Stopwatch.GetElapsedTime(began);
        while (true)
        {
            var left = patience - Stopwatch.GetElapsedTime(began);
            var wait = (int)Math.Clamp(left.TotalMilliseconds, 0, LongestWait.TotalMilliseconds);
            var seen = await SendAsync(HttpMethod.Get, $"/orders/{orderId}?waitFor=outcome&timeoutMs={wait}", body: null, cancellationToken);
            var status = seen["status"]!.GetValue<string>();
            if (status is "COMPLETED" or "CANCELLED" || left <= TimeSpan.Zero)
            {
                return new SettledOrder(orderId, status, seen["code"]?.GetValue<string>(), accepted, Stopwatch.GetElapsedTime(began));
            }
        }
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(gateway, path));
            request.Content = body is null ? null : JsonContent.Create<JsonNode>(body, CliJson.Default.JsonNode);
            using var answer = await ShopAddress.Http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(text)!
                : throw new CommandFailure(ExitCodes.Failed, $"the gateway answered {(int)answer.StatusCode}: {Terminal.Printable(text)}", "see `kafkadog logs api-gateway`");
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailure(ExitCodes.Unreachable, $"no API gateway answers at {gateway}: {e.Message}", "start the shop with `kafkadog up`, or name the gateway with --gateway URL");
        }
    }
}

/// <param name="Code">Why it was cancelled; null for a completed order.</param>
/// <param name="Accepted">From the request to the gateway's answer.</param>
/// <param name="Settled">From the request to the outcome.</param>
internal sealed record SettledOrder(string OrderId, string Status, string? Code, TimeSpan Accepted, TimeSpan Settled)
{
    public bool IsSettled => Status is "COMPLETED" or "CANCELLED";
}
