using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Tools;

/// <summary>The tools one case runs against one broker, and what they said. What two brokers choose differently by nature is replaced.</summary>
internal sealed partial class ToolConversation(ApacheKafkaTools tools, string servers, string prefix, CancellationToken cancel)
{
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(50);

    public List<(string Label, JsonNode? Answer)> Transcript { get; } = [];

    public CancellationToken Cancel => cancel;

    public string Name(string what = "topic") => $"{prefix}-{what}";

    /// <summary>Runs a tool and notes what it says.</summary>
    public Task RunAsync(string tool, params string[] arguments) => RunAsync(tool, line => true, "", arguments);

    /// <summary>Runs a tool with lines to read.</summary>
    public Task TypeAsync(string tool, string input, params string[] arguments) => RunAsync(tool, line => true, input, arguments);

    /// <summary>Runs a tool and notes those of its lines that tell of this case, because the brokers hold other things as well.</summary>
    public Task RunForOwnAsync(string tool, params string[] arguments) => RunAsync(tool, line => line.Contains(prefix, StringComparison.Ordinal), "", arguments);

    public async Task RunAsync(string tool, Predicate<string> keeps, string input, params string[] arguments)
    {
        var result = await TellAsync(tool, input, arguments);
        Transcript.Add(($"{tool.Split('.')[^1]} {string.Join(' ', arguments)}", new JsonObject
        {
            ["exit code"] = result.ExitCode,
            ["output"] = Lines(result.Output, keeps),
            ["errors"] = Lines(result.Errors, line => keeps(line) && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)),
        }));
    }

    /// <summary>Runs a tool whose lines come in the order of a hash table.</summary>
    public async Task RunSortedAsync(string tool, params string[] arguments)
    {
        await RunAsync(tool, arguments);
        foreach (var part in (string[])["output", "errors"])
        {
            var lines = Transcript[^1].Answer![part]!.AsArray();
            Transcript[^1].Answer![part] = new JsonArray([.. lines.Select(line => line!.GetValue<string>().Trim()).Order(StringComparer.Ordinal).Select(line => (JsonNode)line)]);
        }
    }

    /// <summary>Runs a tool without a note.</summary>
    public Task<ToolResult> TellAsync(string tool, string input, params string[] arguments) => tools.RunAsync(
        tool,
        input,
        // Commands of kafka-cluster have options of their own; elsewhere a command comes last.
        tool == Tool.Cluster ? [.. arguments, "--bootstrap-server", servers] : ["--bootstrap-server", servers, .. arguments],
        cancel);

    /// <summary>Runs a tool again and again until it says something, because Apache Kafka answers some requests before it has acted on them.</summary>
    public async Task UntilAsync(string tool, Predicate<ToolResult> settled, params string[] arguments)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(KafkaTarget.Patience);
        using var again = new PeriodicTimer(s_again);
        while (!settled(await TellAsync(tool, "", arguments)))
        {
            Assert.False(patience.IsCancellationRequested, $"{tool} {string.Join(' ', arguments)} did not say it.");
            await again.WaitForNextTickAsync(cancel);
        }
    }

    private JsonArray Lines(string text, Predicate<string> keeps) => new([.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && keeps(line)).Select(line => (JsonNode)Plain(line))]);

    private string Plain(string line)
    {
        line = line.Replace(servers, "<servers>", StringComparison.Ordinal).Replace(servers.Split(':')[1], "<port>", StringComparison.Ordinal);
        line = Uuid().Replace(line, "<uuid>");
        line = Id().Replace(line, match => match.Value.StartsWith(prefix, StringComparison.Ordinal) ? match.Value : "<id>");
        line = Measured().Replace(line, "<n>");
        line = Moment().Replace(line, "<time>");
        line = OwnDefaults().Replace(line, "");
        return Spaces().Replace(line, " ").TrimEnd(' ', ',');
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")]
    private static partial Regex Id();

    /// <summary>Numbers with a fraction are measurements, as are those before a unit.</summary>
    [GeneratedRegex(@"\d+(\.\d+)?(?= ?(ms|MB/sec|records/sec))|\d+\.\d{2,}|(?<=(TimeMs|Epoch): +)\d+")]
    private static partial Regex Measured();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}|(?<=""timestamp"":)\d{13}")]
    private static partial Regex Moment();

    /// <summary>See docs/deviations.md: the size of a segment, and the way the minimum of replicas is told.</summary>
    [GeneratedRegex(@"(min\.insync\.replicas=1|segment\.bytes=67108864)(,|$)")]
    private static partial Regex OwnDefaults();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Spaces();
}
