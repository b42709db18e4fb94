using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Services that nobody here supervises, as under docker compose: found at configured addresses, asked by HTTP.</summary>
public sealed class ServiceAddresses(IOptions<DashboardOptions> options, HttpClient http) : IInstanceControl
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private static readonly IReadOnlyDictionary<string, int> Ports = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["api-gateway"] = 3001,
        ["payment-service"] = 3003,
        ["inventory-service"] = 3004,
        ["notification-service"] = 3005,
        ["analytics-service"] = 3006,
        ["order-saga"] = 3007,
        ["dlq-worker"] = 3008,
    };

    public bool CanChange => false;

    public async Task<IReadOnlyList<ShopInstance>> ListAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(Ports.Select(p => AskAsync(p.Key, options.Value.Services.GetValueOrDefault(p.Key) ?? $"http://127.0.0.1:{p.Value}", cancellationToken)));

    public Task ChangeAsync(string instance, string verb, CancellationToken cancellationToken) => throw NotHere();

    public Task AddAsync(string role, CancellationToken cancellationToken) => throw NotHere();

    public Task<string> LogTailAsync(string instance, int lines, CancellationToken cancellationToken) => throw NotHere();

    private static InstanceControlException NotHere() =>
        new("These services were not started by `kafkadog up`, so this page cannot start or stop them. Use the commands it shows.");

    private async Task<ShopInstance> AskAsync(string role, string url, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(AnswerTimeout);
        var state = ShopInstanceState.Silent;
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(url), "/health/ready"), limited.Token);
            state = answer.IsSuccessStatusCode ? ShopInstanceState.Ready : ShopInstanceState.Starting;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Silent says it.
        }

        return new ShopInstance($"{role}-1", role, 1, url, state);
    }
}
