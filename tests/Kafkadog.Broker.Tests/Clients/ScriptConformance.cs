using System.Text.Json;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Clients of other languages, each with a script that does the same: see <c>Scripts</c>.</summary>
public abstract class ScriptConformance(KafkaTarget target)
{
    private const int Partitions = 4, Records = 200, Later = 20;

    private static readonly string s_scripts = Path.Combine(SharedFolder.Checkout, "tests", "Kafkadog.Broker.Tests", "Clients", "Scripts");

    [Fact]
    public async Task Kafkajs_produces_shares_a_group_rebalances_commits_and_resumes()
    {
        Assert.SkipUnless(ClientProcess.IsInstalled("node"), "Node.js is not installed (apt-get install nodejs npm).");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(s_scripts, "node_modules", "kafkajs")),
            "kafkajs is not installed (npm ci --omit=dev --prefix tests/Kafkadog.Broker.Tests/Clients/Scripts).");
        await RunAsync("node", "kafkajs.js");
    }

    [Fact]
    public async Task Kafkajs_commits_and_aborts_transactions_with_their_offsets()
    {
        const int Transactions = 6, PerTransaction = 5;
        Assert.SkipUnless(ClientProcess.IsInstalled("node"), "Node.js is not installed (apt-get install nodejs npm).");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(s_scripts, "node_modules", "kafkajs")),
            "kafkajs is not installed (npm ci --omit=dev --prefix tests/Kafkadog.Broker.Tests/Clients/Scripts).");
        await target.StartAsync();
        var output = await ClientProcess.RunAsync("node", "", Path.Combine(s_scripts, "kafkajs_transactions.js"), target.Servers, $"script-{Guid.NewGuid():N}");
        var facts = JsonSerializer.Deserialize<TransactionFacts>(output.Trim().Split('\n')[^1], JsonSerializerOptions.Web)!;
        Assert.Equal(Enumerable.Range(0, Transactions * PerTransaction), facts.Seen);
        Assert.Equal((2 * Transactions * PerTransaction, Transactions * PerTransaction), (facts.All, facts.Offset));
    }

    [Fact]
    public async Task Kafka_python_produces_shares_a_group_rebalances_commits_and_resumes()
    {
        // Debian's package belongs to Debian's interpreter, which need not be the first one on the path.
        const string Interpreter = "/usr/bin/python3";
        Assert.SkipUnless(
            File.Exists(Interpreter) && Directory.Exists("/usr/lib/python3/dist-packages/kafka"), "kafka-python is not installed (apt-get install python3-kafka).");
        await RunAsync(Interpreter, "kafka_python.py");
    }

    private async Task RunAsync(string interpreter, string script)
    {
        await target.StartAsync();
        var output = await ClientProcess.RunAsync(interpreter, "", Path.Combine(s_scripts, script), target.Servers, $"script-{Guid.NewGuid():N}");
        var facts = JsonSerializer.Deserialize<Facts>(output.Trim().Split('\n')[^1], JsonSerializerOptions.Web)!;
        Assert.Equal([Partitions / 2, Partitions / 2], facts.Shared);
        Assert.Equal(Partitions, facts.TakenOver);
        Assert.Equal(Records, facts.Seen);
        Assert.Equal(Records, facts.Committed);
        Assert.Equal(Later, facts.Resumed);
        Assert.Equal(0, facts.OutOfOrder);
    }

    /// <param name="Seen">What a reader of committed records saw, in order.</param>
    /// <param name="All">How many records a reader of all saw.</param>
    /// <param name="Offset">The offset the last committed transaction brought.</param>
    private sealed record TransactionFacts(int[] Seen, int All, int Offset);

    /// <param name="Shared">Partitions of each of two members.</param>
    /// <param name="TakenOver">Partitions of the one that stays when the other leaves.</param>
    /// <param name="Seen">Different records read.</param>
    /// <param name="Committed">Sum of the committed offsets.</param>
    /// <param name="Resumed">Records, produced after the commit, that a restarted member reads; fewer or more if it does not resume there.</param>
    /// <param name="OutOfOrder">Records that came before an earlier one of their partition.</param>
    private sealed record Facts(int[] Shared, int TakenOver, int Seen, int Committed, int Resumed, int OutOfOrder);
}

public sealed class ScriptsOnKafkadogTests(EmbeddedTarget target) : ScriptConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class ScriptsOnApacheKafkaTests(ApacheKafka target) : ScriptConformance(target);
