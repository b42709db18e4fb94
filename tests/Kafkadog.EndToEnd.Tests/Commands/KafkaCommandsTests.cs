using System.Text.Json.Nodes;

namespace Kafkadog.EndToEnd.Tests.Commands;

/// <summary>The Kafka commands against the embedded broker; the fixture's broker is shared, the topics are not.</summary>
public sealed class KafkaCommandsTests(KafkaCommandsTests.OneBroker broker) : IClassFixture<KafkaCommandsTests.OneBroker>
{
    [Fact]
    public async Task What_is_produced_is_consumed_with_key_headers_and_position()
    {
        await RunAsync("topics", "create", "echo", "--partitions", "3");
        await RunAsync("produce", "echo", "hello", "--key", "a", "--header", "source=test");

        var record = JsonNode.Parse((await RunAsync("consume", "echo", "--json")).Output)!;

        Assert.Equal("hello", record["value"]!.GetValue<string>());
        Assert.Equal("a", record["key"]!.GetValue<string>());
        Assert.Equal(0, record["offset"]!.GetValue<long>());
        Assert.Equal("source", record["headers"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("test", record["headers"]![0]!["value"]!.GetValue<string>());
        Assert.True(record["time"]!.GetValue<DateTime>() > DateTime.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task Each_line_of_standard_input_is_a_record_and_one_key_keeps_their_order()
    {
        await RunAsync("topics", "create", "lines", "--partitions", "3");
        (await Executable.RunAsync(broker.Up.Data, "one\ntwo\nthree\n", ["produce", "lines", "--key", "k"])).Succeeded();

        var records = (await RunAsync("consume", "lines", "--json")).Output.Trim().Split('\n').Select(l => JsonNode.Parse(l)!).ToList();

        Assert.Equal(["one", "two", "three"], records.Select(r => r["value"]!.GetValue<string>()));
        Assert.Single(records.Select(r => r["partition"]!.GetValue<int>()).Distinct());
    }

    [Fact]
    public async Task Bytes_of_a_record_cannot_reach_the_terminal_as_commands()
    {
        await RunAsync("topics", "create", "escapes");
        await RunAsync("produce", "escapes", "red \u001b[31m and [bold]markup[/] and \u202e turned");

        var shown = (await RunAsync("consume", "escapes")).Output;

        Assert.DoesNotContain('\u001b', shown);
        Assert.DoesNotContain('\u202e', shown);
        Assert.Contains("red \\u001b[31m and [bold]markup[/] and \\u202e turned", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Max_and_group_read_on_where_the_group_stopped()
    {
        await RunAsync("topics", "create", "paged");
        (await Executable.RunAsync(broker.Up.Data, "1\n2\n3\n", ["produce", "paged"])).Succeeded();

        var first = (await RunAsync("consume", "paged", "--group", "pager", "--max", "2", "--json")).Output;
        var rest = (await RunAsync("consume", "paged", "--group", "pager", "--json")).Output;

        Assert.Equal(2, first.Trim().Split('\n').Length);
        Assert.Equal("3", JsonNode.Parse(rest)!["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_group_is_reset_only_when_told_to_execute()
    {
        await RunAsync("topics", "create", "rewound");
        (await Executable.RunAsync(broker.Up.Data, "1\n2\n3\n", ["produce", "rewound"])).Succeeded();
        await RunAsync("consume", "rewound", "--group", "rewinder");

        var plan = JsonNode.Parse((await RunAsync("groups", "reset", "rewinder", "--shift-by", "-2", "--json")).Output)!;
        var untouched = await CommittedAsync("rewinder");
        await RunAsync("groups", "reset", "rewinder", "--shift-by", "-2", "--execute");

        Assert.Equal(3, plan["partitions"]![0]!["from"]!.GetValue<long>());
        Assert.Equal(1, plan["partitions"]![0]!["to"]!.GetValue<long>());
        Assert.Equal(3, untouched);
        Assert.Equal(1, await CommittedAsync("rewinder"));
        await RunAsync("groups", "reset", "rewinder", "--to-earliest", "--execute");
        Assert.Equal(0, await CommittedAsync("rewinder"));
        await RunAsync("groups", "reset", "rewinder", "--to-latest", "--execute");
        Assert.Equal(3, await CommittedAsync("rewinder"));
        await RunAsync("groups", "reset", "rewinder", "--to-offset", "2", "--execute");
        Assert.Equal(2, await CommittedAsync("rewinder"));
        await RunAsync("groups", "reset", "rewinder", "--to-timestamp", "2020-01-01T00:00:00Z", "--execute");
        Assert.Equal(0, await CommittedAsync("rewinder"));
    }

    [Fact]
    public async Task A_topic_is_made_grown_configured_and_deleted_with_the_flags_of_apache_kafkas_tools()
    {
        string[] at = ["--bootstrap-server", broker.Up.Bootstrap];
        await RunAsync(["topics", "--create", "--topic", "habits", "--partitions", "2", .. at]);
        await RunAsync(["topics", "--create", "--topic", "habits", "--if-not-exists", .. at]);
        await RunAsync(["topics", "--alter", "--topic", "habits", "--partitions", "4", .. at]);
        await RunAsync(["configs", "--alter", "--topic", "habits", "--add-config", "cleanup.policy=[compact,delete],segment.ms=60000", .. at]);
        await RunAsync(["configs", "--alter", "--topic", "habits", "--delete-config", "segment.ms", .. at]);

        var topic = JsonNode.Parse((await RunAsync(["topics", "--describe", "--topic", "habits", "--json", .. at])).Output)!;

        Assert.Equal(4, topic["partitions"]!.AsArray().Count);
        Assert.Equal("compact,delete", topic["configuration"]!["cleanup.policy"]!.GetValue<string>());
        Assert.Null(topic["configuration"]!["segment.ms"]);
        await RunAsync(["topics", "--delete", "--topic", "habits", .. at]);
        (await Executable.RunAsync(broker.Up.Data, ["topics", "--describe", "--topic", "habits", .. at])).Failed(ExitCodes.NotFound, "habits");
    }

    [Fact]
    public async Task A_group_without_members_is_deleted_with_its_offsets()
    {
        await RunAsync("topics", "create", "left");
        (await Executable.RunAsync(broker.Up.Data, "1\n2\n", ["produce", "left"])).Succeeded();
        await RunAsync("consume", "left", "--group", "leaver");

        await RunAsync("groups", "delete-offsets", "leaver", "--topic", "left", "--yes");
        await RunAsync("consume", "left", "--group", "leaver", "--max", "1");
        await RunAsync("groups", "delete", "leaver", "--yes");

        (await Executable.RunAsync(broker.Up.Data, "groups", "describe", "leaver")).Failed(ExitCodes.NotFound, "leaver");
    }

    [Fact]
    public async Task The_shops_topics_are_created_once_and_then_left_alone()
    {
        await RunAsync("topics", "create");
        var again = await RunAsync("topics", "create", "--json");

        var topics = JsonNode.Parse((await RunAsync("topics", "list", "--json")).Output)!.AsArray();
        Assert.Equal("[]", again.Output.Trim());
        Assert.All(Contracts.Topics.All, wanted => Assert.Equal(
            wanted.Partitions, topics.Single(t => t!["name"]!.GetValue<string>() == wanted.Name)!["partitions"]!.AsArray().Count));
        var orders = JsonNode.Parse((await RunAsync("topics", "describe", "orders.v1", "--json")).Output)!;
        Assert.Equal("604800000", orders["configuration"]!["retention.ms"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_does_not_exist_is_exit_code_3_and_what_exists_is_refused()
    {
        await RunAsync("topics", "create", "there");

        (await broker.Up.RunAsync("topics", "describe", "nowhere")).Failed(ExitCodes.NotFound, "nowhere");
        (await broker.Up.RunAsync("consume", "nowhere")).Failed(ExitCodes.NotFound, "nowhere");
        (await broker.Up.RunAsync("produce", "nowhere", "x")).Failed(ExitCodes.NotFound, "nowhere");
        (await broker.Up.RunAsync("groups", "describe", "nobody")).Failed(ExitCodes.NotFound, "nobody");
        (await broker.Up.RunAsync("topics", "create", "there")).Failed(ExitCodes.Refused, "there");
        (await broker.Up.RunAsync("topics", "delete", "there")).Failed(ExitCodes.Refused, "--yes");
        await RunAsync("topics", "delete", "there", "--yes");
        (await broker.Up.RunAsync("topics", "describe", "there")).Failed(ExitCodes.NotFound, "there");
    }

    private async Task<Answer> RunAsync(params string[] arguments) => (await broker.Up.RunAsync(arguments)).Succeeded();

    private async Task<long> CommittedAsync(string group) =>
        JsonNode.Parse((await RunAsync("groups", "describe", group, "--json")).Output)!["partitions"]![0]!["committed"]!.GetValue<long>();

    public sealed class OneBroker : IAsyncLifetime
    {
        internal RunningUp Up { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Up = await RunningUp.BrokerAsync();

        public ValueTask DisposeAsync() => Up.DisposeAsync();
    }
}
