using System.Net.Http.Json;
using System.Text.Json;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Gateway;

/// <summary>The few questions the gateway passes on. A service that is down costs its caller a moment, never the gateway.</summary>
internal sealed class OtherServices(HttpClient http, IOptions<GatewayOptions> options)
{
    private static readonly ServiceIdentity[] Watched =
    [
        ServiceIdentity.OrderSaga,
        ServiceIdentity.Payment,
        ServiceIdentity.Inventory,
        ServiceIdentity.Notification,
        ServiceIdentity.Analytics,
        ServiceIdentity.DeadLetters,
    ];

    /// <summary>Passes a GET on and its answer back, whatever the answer is.</summary>
    public async Task<IResult> ForwardAsync(ServiceIdentity service, string pathAndQuery, CancellationToken cancellationToken)
    {
        var address = options.Value.AddressOf(service);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.ServiceTimeoutMs);
        try
        {
            using var response = await http.GetAsync(new Uri(address, pathAndQuery), timeout.Token);
            return TypedResults.Text(
                await response.Content.ReadAsStringAsync(timeout.Token),
                response.Content.Headers.ContentType?.ToString(),
                statusCode: (int)response.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return ProblemAnswers.Problem(
                503,
                $"{service.Name} does not answer.",
                $"Start it (kafkadog run {service.Name}) or correct Gateway:Services:{service.Name}, now {address}; then ask again.");
        }
    }

    /// <summary>The health of every service; the answer is 200 either way, because it is the answer to the question.</summary>
    public async Task<IResult> HealthAsync(CancellationToken cancellationToken)
    {
        var states = await Task.WhenAll(Watched.Select(async s => (s.Name, State: await StateAsync(s, cancellationToken))));
        Dictionary<string, ServiceState> Where(Func<ServiceState, bool> chosen) =>
            states.Where(s => chosen(s.State)).ToDictionary(s => s.Name, s => s.State, StringComparer.Ordinal);
        var down = Where(s => s.Status != "up");
        return TypedResults.Ok(new ServicesAnswer(
            down.Count == 0 ? "ok" : "error", Where(s => s.Status == "up"), down, Where(_ => true)));
    }

    private async Task<ServiceState> StateAsync(ServiceIdentity service, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.HealthTimeoutMs);
        try
        {
            var answer = await http.GetFromJsonAsync<JsonElement>(
                new Uri(options.Value.AddressOf(service), "/health"), timeout.Token);
            return answer.TryGetProperty("status", out var status) && status.ValueEquals("up")
                ? new("up")
                : new("down", "it answers, but not that it is up");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new("down", e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    private sealed record ServiceState(string Status, string? Message = null);

    private sealed record ServicesAnswer(
        string Status,
        Dictionary<string, ServiceState> Info,
        Dictionary<string, ServiceState> Error,
        Dictionary<string, ServiceState> Details);
}
