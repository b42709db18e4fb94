namespace Kafkadog.Commands.KafkaTools;

/// <summary>What one of Apache Kafka's tools calls things, and what they are called here.</summary>
/// <param name="Verb">The verb here.</param>
/// <param name="Actions">Its actions, such as <c>--create</c>, and the words each becomes.</param>
/// <param name="Flags">Its other flags, and what each becomes. A flag that is not here stays as it is.</param>
internal sealed record KafkaTool(string Verb, IReadOnlyDictionary<string, string[]> Actions, IReadOnlyDictionary<string, KafkaToolFlag> Flags)
{
    /// <summary>By the names people type: Apache Kafka's without <c>kafka-</c> and <c>.sh</c>, and the verbs here.</summary>
    public static KafkaTool? Find(string name) => name switch
    {
        "topics" => Topics,
        "groups" or "consumer-groups" => Groups,
        "configs" => Configs,
        "acls" => Acls,
        _ => null,
    };

    private static KafkaTool Topics { get; } = new(
        "topics",
        new Dictionary<string, string[]>
        {
            ["--list"] = ["list", "--internal"],
            ["--describe"] = ["describe"],
            ["--create"] = ["create"],
            ["--alter"] = ["alter"],
            ["--delete"] = ["delete", "--yes"],
        },
        Common(new()
        {
            ["--topic"] = KafkaToolFlag.Value(value => [value]),
            ["--config"] = KafkaToolFlag.Value(value => ["--config", value]),
            ["--exclude-internal"] = KafkaToolFlag.Without("--internal"),
        }));

    private static KafkaTool Groups { get; } = new(
        "groups",
        new Dictionary<string, string[]>
        {
            ["--list"] = ["list"],
            ["--describe"] = ["describe"],
            ["--delete"] = ["delete", "--yes"],
            ["--delete-offsets"] = ["delete-offsets", "--yes"],
            ["--reset-offsets"] = ["reset"],
        },
        Common(new()
        {
            ["--group"] = KafkaToolFlag.Value(value => [value]),
            ["--to-datetime"] = KafkaToolFlag.Value(value => ["--to-timestamp", value]),
            ["--by-duration"] = KafkaToolFlag.Value(value => ["--to-timestamp", KafkaToolFlag.Before(value)]),
            ["--to-current"] = KafkaToolFlag.Switch("--shift-by", "0"),
            ["--all-topics"] = KafkaToolFlag.Ignored(),
            ["--all-groups"] = KafkaToolFlag.Ignored(),
            // One description shows members, offsets and state, one list all states and types.
            ["--members"] = KafkaToolFlag.Ignored(),
            ["--offsets"] = KafkaToolFlag.Ignored(),
            ["--verbose"] = KafkaToolFlag.Ignored(),
            ["--state"] = KafkaToolFlag.Ignored(KafkaToolFlag.Argument.Optional),
            ["--type"] = KafkaToolFlag.Ignored(KafkaToolFlag.Argument.Optional),
            ["--timeout"] = KafkaToolFlag.Ignored(KafkaToolFlag.Argument.Required),
        }));

    private static KafkaTool Configs { get; } = new(
        "configs",
        new Dictionary<string, string[]> { ["--describe"] = ["describe"], ["--alter"] = ["alter"] },
        Common(new()
        {
            ["--entity-type"] = KafkaToolFlag.Value(value => [value.TrimEnd('s')]),
            ["--entity-name"] = KafkaToolFlag.Value(value => [value]),
            ["--topic"] = KafkaToolFlag.Value(value => ["topic", value]),
            ["--broker"] = KafkaToolFlag.Value(value => ["broker", value]),
            ["--group"] = KafkaToolFlag.Value(value => ["group", value]),
            ["--user"] = KafkaToolFlag.Value(value => ["user", value]),
            ["--add-config"] = KafkaToolFlag.Value(value => [.. KafkaToolFlag.Split(value).SelectMany(pair => (string[])["--set", KafkaToolFlag.Unbracket(pair)])]),
            ["--delete-config"] = KafkaToolFlag.Value(value => [.. value.Split(',').SelectMany(key => (string[])["--delete", key.Trim()])]),
        }));

    private static KafkaTool Acls { get; } = new(
        "acls",
        new Dictionary<string, string[]> { ["--list"] = ["list"], ["--add"] = ["add"], ["--remove"] = ["remove"] },
        Common(new() { ["--force"] = KafkaToolFlag.Switch("--yes") }));

    private static Dictionary<string, KafkaToolFlag> Common(Dictionary<string, KafkaToolFlag> own)
    {
        own["--bootstrap-server"] = KafkaToolFlag.Value(value => ["--bootstrap", value]);
        own["--command-config"] = KafkaToolFlag.Value(file => [.. JavaClientProperties.Read(file).SelectMany(pair => (string[])["--client", $"{pair.Key}={pair.Value}"])]);
        return own;
    }
}
