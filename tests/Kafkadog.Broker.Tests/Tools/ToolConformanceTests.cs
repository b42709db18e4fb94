using System.Globalization;
using System.Text.RegularExpressions;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Differential;

namespace Kafkadog.Broker.Tests.Tools;

/// <summary>
/// Apache Kafka's own command-line tools say the same of this broker as of Apache Kafka. A few run each time, all with <c>KAFKADOG_NIGHTLY=1</c>.
/// </summary>
public sealed class ToolConformanceTests(DifferentialTarget kafkadog, ApacheKafka apacheKafka, ApacheKafkaTools tools)
    : IClassFixture<DifferentialTarget>, IClassFixture<ApacheKafkaTools>
{
    private static readonly string s_run = Guid.NewGuid().ToString("N")[..5];
    private static readonly string[] s_features = ["group.version", "metadata.version", "transaction.version"];
    private static int s_cases;

    [Fact]
    public Task Topics() => CompareAsync(async kafka =>
    {
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--partitions", "2", "--config", "retention.ms=1000");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name());
        await kafka.RunAsync(Tool.Topics, "--describe", "--topic", kafka.Name());
        await kafka.RunForOwnAsync(Tool.Topics, "--list");
        await kafka.RunAsync(Tool.Topics, "--alter", "--topic", kafka.Name(), "--partitions", "3");
        await kafka.RunAsync(Tool.Topics, "--alter", "--topic", kafka.Name(), "--partitions", "1");
        await kafka.RunAsync(Tool.Topics, "--delete", "--topic", kafka.Name());
        await kafka.RunAsync(Tool.Topics, "--delete", "--topic", kafka.Name("missing"));
    });

    [Fact]
    public Task Topics_that_are_refused() => CompareAsync(async kafka =>
    {
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", "not legal!");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--replication-factor", "3");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--config", "no.such=1");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--config", "retention.ms=x");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--partitions", "0");
        await kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--replica-assignment", "1,2");
        await kafka.RunAsync(Tool.Topics, "--describe", "--topic", kafka.Name("missing"));
        await kafka.RunAsync(Tool.Topics, "--describe", "--under-replicated-partitions");
        await kafka.RunAsync(Tool.Topics, "--describe", "--unavailable-partitions");
    }, nightly: true);

    [Fact]
    public Task Configs_of_topics_and_brokers() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        string[] topic = ["--entity-type", "topics", "--entity-name", kafka.Name()];
        await kafka.RunAsync(Tool.Configs, ["--alter", "--add-config", "retention.ms=5000,cleanup.policy=[compact,delete]", .. topic]);
        await kafka.UntilAsync(Tool.Configs, result => result.Output.Contains("retention.ms=5000", StringComparison.Ordinal), ["--describe", .. topic]);
        await kafka.RunAsync(Tool.Configs, ["--describe", .. topic]);
        await kafka.RunAsync(Tool.Configs, line => !line.Contains("min.insync.replicas", StringComparison.Ordinal) && !line.Contains("segment.bytes", StringComparison.Ordinal), "", ["--describe", "--all", .. topic]);
        await kafka.RunAsync(Tool.Configs, ["--alter", "--delete-config", "retention.ms", .. topic]);
        await kafka.RunAsync(Tool.Configs, ["--alter", "--add-config", "retention.ms=x", .. topic]);
        await kafka.RunAsync(Tool.Configs, ["--alter", "--delete-config", "flush.ms", .. topic]);
        await kafka.RunAsync(Tool.Configs, "--alter", "--add-config", "node.id=7", "--entity-type", "brokers", "--entity-name", "1");
        await kafka.RunAsync(Tool.Configs, "--describe", "--entity-type", "topics", "--entity-name", kafka.Name("missing"));
    });

    [Fact]
    public Task Configs_of_clients_and_users() => CompareAsync(async kafka =>
    {
        string[] user = ["--entity-type", "users", "--entity-name", kafka.Name("user")];
        await kafka.RunAsync(Tool.Configs, ["--alter", "--add-config", "producer_byte_rate=1024", .. user]);
        await kafka.UntilAsync(Tool.Configs, result => result.Output.Contains("producer_byte_rate", StringComparison.Ordinal), ["--describe", .. user]);
        await kafka.RunAsync(Tool.Configs, ["--describe", .. user]);
        await kafka.RunAsync(Tool.Configs, ["--alter", "--delete-config", "producer_byte_rate", .. user]);
        await kafka.RunAsync(Tool.Configs, "--alter", "--add-config", "no_such_rate=1", "--entity-type", "clients", "--entity-name", kafka.Name("client"));
        await kafka.RunAsync(Tool.Configs, "--describe", "--entity-type", "ips", "--entity-name", "192.0.2.77");
    }, nightly: true);

    [Fact]
    public Task Console_producer_and_consumer() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        await kafka.TypeAsync(Tool.ConsoleProducer, "a:1\nb:2\nc:3\n", "--topic", kafka.Name(), "--reader-property", "parse.key=true", "--reader-property", "key.separator=:");
        await kafka.RunAsync(
            Tool.ConsoleConsumer, "--topic", kafka.Name(), "--partition", "0", "--offset", "earliest", "--max-messages", "3",
            "--formatter-property", "print.key=true", "--formatter-property", "print.offset=true", "--formatter-property", "print.partition=true");
        await kafka.TypeAsync(Tool.ConsoleProducer, "one\ntwo\n", "--topic", kafka.Name(), "--compression-codec", "zstd");
        await kafka.RunAsync(Tool.ConsoleConsumer, "--topic", kafka.Name(), "--partition", "0", "--offset", "3", "--max-messages", "2");
        await kafka.RunAsync(Tool.GetOffsets, "--topic", kafka.Name());
    });

    [Fact]
    public Task Consumer_groups() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        string[] group = ["--group", kafka.Name("group")];
        await kafka.TypeAsync(Tool.ConsoleProducer, "1\n2\n3\n", "--topic", kafka.Name());
        await kafka.RunAsync(Tool.ConsoleConsumer, ["--topic", kafka.Name(), "--from-beginning", "--max-messages", "3", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", "--state", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", "--members", .. group]);
        await kafka.RunForOwnAsync(Tool.ConsumerGroups, "--list", "--state");
        await kafka.RunForOwnAsync(Tool.Groups, "--list");
        await kafka.RunAsync(Tool.ConsumerGroups, ["--reset-offsets", "--to-earliest", "--topic", kafka.Name(), "--execute", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--reset-offsets", "--shift-by", "2", "--topic", kafka.Name(), "--dry-run", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--delete-offsets", "--topic", kafka.Name(), .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--delete", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--delete", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", .. group]);
    }, nightly: true);

    [Fact]
    public Task Get_offsets_and_delete_records() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        // The last one is surely the youngest.
        await kafka.TypeAsync(Tool.ConsoleProducer, "1\n2\n", "--topic", kafka.Name());
        await kafka.TypeAsync(Tool.ConsoleProducer, "3\n", "--topic", kafka.Name());
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "offsets.json");
        await File.WriteAllTextAsync(file, $$"""{"partitions":[{"topic":"{{kafka.Name()}}","partition":0,"offset":2}],"version":1}""", kafka.Cancel);
        var deleted = await kafka.TellAsync(Tool.DeleteRecords, "", "--offset-json-file", file);
        kafka.Transcript.Add(("delete-records", $"{deleted.ExitCode} {deleted.Output}"));
        foreach (var time in (string[])["earliest", "latest", "max-timestamp", "-1", "-2", "0"])
        {
            await kafka.RunAsync(Tool.GetOffsets, "--topic", kafka.Name(), "--time", time);
        }

        await kafka.RunAsync(Tool.GetOffsets, "--topic", kafka.Name("missing"));
    });

    [Fact]
    public Task Log_dirs() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        var result = await kafka.TellAsync(Tool.LogDirs, "", "--describe", "--topic-list", kafka.Name());
        var json = System.Text.Json.Nodes.JsonNode.Parse(result.Output.Split('\n').Single(line => line.StartsWith('{')))!;
        kafka.Transcript.Add(("partitions", json["brokers"]![0]!["logDirs"]![0]!["partitions"]!.DeepClone()));
    });

    [Fact]
    public Task Leader_election_and_reassignment() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        await kafka.RunAsync(Tool.LeaderElection, "--election-type", "preferred", "--topic", kafka.Name(), "--partition", "0");
        await kafka.RunAsync(Tool.LeaderElection, "--election-type", "preferred", "--topic", kafka.Name("missing"), "--partition", "0");
        using var folder = new TemporaryDirectory();
        var (plan, topics) = (Path.Combine(folder.Path, "plan.json"), Path.Combine(folder.Path, "topics.json"));
        await File.WriteAllTextAsync(plan, $$"""{"version":1,"partitions":[{"topic":"{{kafka.Name()}}","partition":0,"replicas":[1]}]}""", kafka.Cancel);
        await File.WriteAllTextAsync(topics, $$"""{"version":1,"topics":[{"topic":"{{kafka.Name()}}"}]}""", kafka.Cancel);
        await TellAsync("--generate", "--topics-to-move-json-file", topics, "--broker-list", "1");
        await TellAsync("--execute", "--reassignment-json-file", plan);
        await TellAsync("--verify", "--reassignment-json-file", plan);
        await TellAsync("--list");
        await TellAsync("--cancel", "--reassignment-json-file", plan);
        await File.WriteAllTextAsync(plan, $$"""{"version":1,"partitions":[{"topic":"{{kafka.Name()}}","partition":0,"replicas":[2]}]}""", kafka.Cancel);
        await TellAsync("--execute", "--reassignment-json-file", plan);

        async Task TellAsync(params string[] arguments)
        {
            var result = await kafka.TellAsync(Tool.ReassignPartitions, "", arguments);
            var output = Regex.Replace(result.Output, "\"log_dirs\":\\[\"/[^\"]*\"\\]", "<log dirs>", RegexOptions.None, TimeSpan.FromSeconds(1));
            kafka.Transcript.Add((arguments[0], $"{result.ExitCode} {output} {result.Errors.Split('\n')[0]}"));
        }
    }, nightly: true);

    [Fact]
    public Task Cluster_quorum_and_features() => CompareAsync(async kafka =>
    {
        await kafka.RunAsync(Tool.Cluster, "cluster-id");
        await kafka.RunAsync(Tool.Cluster, "list-endpoints");
        await kafka.RunAsync(Tool.MetadataQuorum, line => !line.Contains("HighWatermark", StringComparison.Ordinal) && !line.Contains("LeaderEpoch", StringComparison.Ordinal) && !line.Contains("CurrentVoters", StringComparison.Ordinal), "", "describe", "--status");
        await kafka.RunAsync(Tool.Features, line => s_features.Any(feature => line.Contains($" {feature} ", StringComparison.Ordinal)), "", "describe");
        await kafka.RunAsync(Tool.Features, line => false, "", "upgrade", "--feature", "no.such=1");
        await kafka.RunAsync(Tool.Features, "upgrade", "--feature", "group.version=1");
    });

    [Fact]
    public Task Transactions() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        await kafka.RunForOwnAsync(Tool.Transactions, "list");
        await kafka.RunAsync(Tool.Transactions, "describe-producers", "--topic", kafka.Name(), "--partition", "0");
        await kafka.RunAsync(Tool.Transactions, "describe", "--transactional-id", kafka.Name("missing"));
    }, nightly: true);

    [Fact]
    public Task Acls() => CompareAsync(async kafka =>
    {
        string[] topic = ["--topic", kafka.Name()];
        string[] prefixed = ["--topic", kafka.Name("prefix"), "--resource-pattern-type", "prefixed"];
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:x", "--operation", "Read", .. topic]);
        await kafka.UntilAsync(Tool.Acls, result => result.Output.Contains("User:x", StringComparison.Ordinal), ["--list", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--deny-principal", "User:y", "--deny-host", "192.0.2.1", "--operation", "All", .. prefixed]);
        await kafka.UntilAsync(Tool.Acls, result => result.Output.Contains("User:y", StringComparison.Ordinal), ["--list", .. prefixed]);
        await kafka.RunSortedAsync(Tool.Acls, ["--list", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--list", "--topic", kafka.Name("prefix-one"), "--resource-pattern-type", "match"]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:p", "--producer", "--transactional-id", kafka.Name("txn"), .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:c", "--consumer", "--group", kafka.Name("group"), .. topic]);
        await kafka.UntilAsync(Tool.Acls, result => result.Output.Contains("User:c", StringComparison.Ordinal), "--list", "--group", kafka.Name("group"));
        await kafka.RunSortedAsync(Tool.Acls, ["--list", "--principal", "User:p", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, "--list", "--transactional-id", kafka.Name("txn"));
        await kafka.RunSortedAsync(Tool.Acls, ["--remove", "--force", "--allow-principal", "User:x", "--operation", "Read", .. topic]);
        await kafka.UntilAsync(Tool.Acls, result => !result.Output.Contains("User:x", StringComparison.Ordinal), ["--list", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--list", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--remove", "--force", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--remove", "--force", .. prefixed]);
    }, nightly: true);

    [Fact]
    public Task Acls_that_are_refused() => CompareAsync(async kafka =>
    {
        string[] topic = ["--topic", kafka.Name()];
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "nobody", "--operation", "Read", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:x", "--operation", "Nonsense", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:x", "--operation", "IdempotentWrite", .. topic]);
        await kafka.RunSortedAsync(Tool.Acls, ["--add", "--allow-principal", "User:x", "--operation", "Read", "--topic", ""]);
        await kafka.RunSortedAsync(Tool.Acls, "--add", "--allow-principal", "User:x", "--operation", "Read");
        await kafka.RunSortedAsync(Tool.Acls, ["--list", .. topic]);
    }, nightly: true);

    [Fact]
    public async Task Broker_api_versions_are_the_same_for_every_api_that_is_served()
    {
        await apacheKafka.StartAsync();
        var (ours, theirs) = (await VersionsAsync(kafkadog.Servers), await VersionsAsync(apacheKafka.Servers));
        Assert.All(ours, api => Assert.True(api.Value == "UNSUPPORTED" || api.Value == theirs[api.Key], $"{api.Key}: {api.Value}, and Apache Kafka {theirs[api.Key]}"));
        Assert.Equal(theirs.Keys.Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(ours.Count(api => api.Value != "UNSUPPORTED"), new Kafkadog.Broker.Server.ApiTable().All.Count, theirs.Count);

        async Task<Dictionary<string, string>> VersionsAsync(string servers)
        {
            var result = await tools.RunAsync(Tool.BrokerApiVersions, "", ["--bootstrap-server", servers], TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, result.Errors);
            return result.Output.Split('\n').Where(line => line.StartsWith('\t')).Select(line => line.Trim().TrimEnd(',').Split(": ", 2)).ToDictionary(api => api[0], api => api[1], StringComparer.Ordinal);
        }
    }

    [Fact]
    public Task Client_metrics() => CompareAsync(async kafka =>
    {
        await kafka.RunForOwnAsync(Tool.ClientMetrics, "--list");
        await kafka.RunAsync(Tool.ClientMetrics, "--describe", "--name", kafka.Name("missing"));
        await kafka.RunAsync(Tool.ClientMetrics, "--alter", "--name", kafka.Name("one"), "--interval", "nonsense");
        await kafka.RunAsync(Tool.ClientMetrics, "--alter", "--interval", "1000");
    }, nightly: true);

    [Fact]
    public Task Console_consumer_of_the_consumer_protocol() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        string[] group = ["--group", kafka.Name("group")];
        await kafka.TypeAsync(Tool.ConsoleProducer, "1\n2\n3\n", "--topic", kafka.Name());
        await kafka.RunAsync(Tool.ConsoleConsumer, ["--topic", kafka.Name(), "--from-beginning", "--max-messages", "3", "--command-property", "group.protocol=consumer", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", "--state", "--verbose", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", "--members", "--verbose", .. group]);
        await kafka.RunForOwnAsync(Tool.ConsumerGroups, "--list", "--state", "--type");
        await kafka.RunForOwnAsync(Tool.ConsumerGroups, "--list", "--type", "classic");
        await kafka.RunForOwnAsync(Tool.Groups, "--list", "--consumer");
        await kafka.TypeAsync(Tool.ConsoleProducer, "4\n", "--topic", kafka.Name());
        await kafka.RunAsync(Tool.ConsoleConsumer, ["--topic", kafka.Name(), "--max-messages", "1", "--command-property", "group.protocol=consumer", "--command-property", "group.instance.id=one", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", "--offsets", "--verbose", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--reset-offsets", "--to-earliest", "--topic", kafka.Name(), "--dry-run", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--delete", .. group]);
        await kafka.RunAsync(Tool.ConsumerGroups, ["--describe", .. group]);
    }, nightly: true);

    [Fact]
    public Task Performance_tests() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        await kafka.RunAsync(Tool.ProducerPerformance, "--topic", kafka.Name(), "--num-records", "50", "--record-size", "100", "--throughput", "-1");
        var read = await kafka.TellAsync(Tool.ConsumerPerformance, "", "--topic", kafka.Name(), "--num-records", "50", "--hide-header");
        kafka.Transcript.Add(("consumer-perf-test", read.ExitCode));
        kafka.Transcript.Add(("records read", read.Output.Split('\n')[0].Split(',').ElementAtOrDefault(4)?.Trim()));
    }, nightly: true);

    [Fact]
    public Task Verifiable_clients() => CompareAsync(async kafka =>
    {
        await TopicAsync(kafka);
        await kafka.RunAsync(Tool.VerifiableProducer, line => line.Contains("producer_send_success", StringComparison.Ordinal), "", "--topic", kafka.Name(), "--max-messages", "5", "--throughput", "-1");
        await kafka.RunAsync(Tool.VerifiableConsumer, line => line.Contains("records_consumed", StringComparison.Ordinal), "", "--topic", kafka.Name(), "--group-id", kafka.Name("group"), "--max-messages", "5", "--reset-policy", "earliest");
    }, nightly: true);

    private static Task TopicAsync(ToolConversation kafka) => kafka.RunAsync(Tool.Topics, "--create", "--topic", kafka.Name(), "--partitions", "1");

    private async Task CompareAsync(Func<ToolConversation, Task> steps, bool nightly = false)
    {
        Assert.SkipUnless(!nightly || Nightly.IsOn, "Runs with KAFKADOG_NIGHTLY=1.");
        await apacheKafka.StartAsync();
        var prefix = string.Create(CultureInfo.InvariantCulture, $"t{s_run}-{Interlocked.Increment(ref s_cases)}");
        var cancel = TestContext.Current.CancellationToken;
        var ours = new ToolConversation(tools, kafkadog.Servers, prefix, cancel);
        await steps(ours);
        var theirs = new ToolConversation(tools, apacheKafka.Servers, prefix, cancel);
        await steps(theirs);
        var differences = Comparison.Of(ours.Transcript, theirs.Transcript);
        Assert.True(differences.Count == 0, Comparison.Describe(differences, ours.Transcript, theirs.Transcript));
    }
}
