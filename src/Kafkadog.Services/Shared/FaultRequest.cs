using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Messaging.Faults;

namespace Kafkadog.Services.Shared;

/// <summary>Reads the body of <c>POST /chaos</c>. Everything wrong with it is reported at once, field by field.</summary>
internal static class FaultRequest
{
    public const int MaxCount = 10_000;
    public const int MaxDelayMs = 60_000;
    private const int MaxTextLength = 256;
    private const string DefaultKind = "transient";

    /// <summary>Where a fault may strike: places from which the pipeline recovers by itself.</summary>
    private static readonly FaultPoint[] Points =
    [
        FaultPoint.BeforeHandler, FaultPoint.BeforeTransaction, FaultPoint.AfterInboxInsert, FaultPoint.BeforeDatabaseCommit, FaultPoint.AfterDatabaseCommit,
    ];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    public static IReadOnlyList<string> PointNames { get; } = [.. Points.Select(FaultNames.Of)];

    /// <param name="switches">Modes that handlers of this service ask for.</param>
    public static FaultSpec? Parse(ReadOnlyMemory<byte> body, IReadOnlyList<string> switches, Problems problems)
    {
        if (StrictJson.Parse(body, Strict, problems) is not { } document)
        {
            return null;
        }

        using (document)
        {
            try
            {
                var spec = Read(document.RootElement, switches, problems);
                return problems.Any ? null : spec;
            }
            catch (InvalidOperationException)
            {
                problems.Add("(body)", "must not contain half of a surrogate pair");
                return null;
            }
        }
    }

    private static FaultSpec Read(JsonElement root, IReadOnlyList<string> switches, Problems problems)
    {
        StrictJson.OnlyFields(root, "", problems, "point", "mode", "kind", "delayMs", "count", "expiresInSeconds", "match");
        string[] modes = [FaultSpec.Throw, FaultSpec.Delay, .. switches];
        var mode = StrictJson.Text(root, "mode", "", MaxTextLength, problems, isRequired: true);
        problems.Require(mode is null || modes.Contains(mode), "mode", $"must be one of: {string.Join(", ", modes)}");

        var point = StrictJson.Text(root, "point", "", MaxTextLength, problems, isRequired: false);
        problems.Require(point is null || PointNames.Contains(point), "point", $"must be one of: {string.Join(", ", PointNames)}");
        var at = Array.Find(Points, p => FaultNames.Of(p) == point);
        at = at == default ? FaultPoint.BeforeHandler : at;
        problems.Require(!switches.Contains(mode) || at == FaultPoint.BeforeHandler, "point", $"does not go with the mode {mode}");

        var kind = StrictJson.Text(root, "kind", "", MaxTextLength, problems, isRequired: false);
        problems.Require(kind is null or DefaultKind or "permanent", "kind", "must be transient or permanent");
        problems.Require(kind is null || mode == FaultSpec.Throw, "kind", "goes with the mode throw alone");
        problems.Require(kind is null or DefaultKind || at == FaultPoint.BeforeHandler, "kind", "inside a transaction a failure is always transient");

        var delay = StrictJson.Whole(root, "delayMs", 1, MaxDelayMs, problems);
        problems.Require(mode != FaultSpec.Delay || root.TryGetProperty("delayMs", out _), "delayMs", "is missing");
        problems.Require(mode == FaultSpec.Delay || !root.TryGetProperty("delayMs", out _), "delayMs", "goes with the mode delay alone");

        var match = ReadMatch(root, problems);
        problems.Require(match is null || at == FaultPoint.BeforeHandler, "match", "goes with the point before-handler alone: a transaction holds many records");
        return new(mode ?? "")
        {
            Point = at,
            IsPermanent = kind == "permanent",
            DelayBy = TimeSpan.FromMilliseconds(delay ?? 0),
            Count = StrictJson.Whole(root, "count", 1, MaxCount, problems),
            ExpiresIn = StrictJson.Whole(root, "expiresInSeconds", 1, (int)FaultSpec.MaxExpiry.TotalSeconds, problems) is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : FaultSpec.DefaultExpiry,
            Match = match,
        };
    }

    private static FaultMatch? ReadMatch(JsonElement root, Problems problems)
    {
        if (!root.TryGetProperty("match", out var match))
        {
            return null;
        }

        if (match.ValueKind != JsonValueKind.Object)
        {
            problems.Add("match", "must be an object");
            return null;
        }

        StrictJson.OnlyFields(match, "match.", problems, "orderId", "topic", "eventType");
        string? Text(string field) => StrictJson.Text(match, field, "match.", MaxTextLength, problems, isRequired: false);
        return new(Text("orderId"), Text("topic"), Text("eventType"));
    }
}
