namespace Kafkadog.Dashboard.DeadLetters;

/// <summary>Which letters the list shows, as the page's address says it.</summary>
public sealed record LetterFilter(string? Status, string? Target, string? Fingerprint, string? Kind, string? OrderId)
{
    private const int PageSize = 50;

    public bool IsEmpty => this is { Status: null, Target: null, Fingerprint: null, Kind: null, OrderId: null };

    /// <summary>The path of one page of the list; values from the address are escaped, the service judges them.</summary>
    public string Path(string? cursor)
    {
        (string Name, string? Value)[] parts =
            [("status", Status), ("target", Target), ("fingerprint", Fingerprint), ("kind", Kind), ("orderId", OrderId), ("cursor", cursor)];
        return $"/dlq?limit={PageSize}{string.Concat(parts.Where(p => p.Value is not null).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!)}"))}";
    }

    public static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
