namespace Kafkadog.Commands.KafkaTools;

/// <summary>
/// Lets people write what their fingers know from Apache Kafka's tools: <c>topics --create --topic demo --bootstrap-server H:P</c>
/// becomes <c>topics create demo --bootstrap H:P</c>. Only words are changed; there is one command behind both.
/// </summary>
internal static class KafkaToolArguments
{
    /// <returns>The same words when they are not in the shape of a tool: no action flag after its name.</returns>
    /// <exception cref="CommandFailure">More than one action, or a flag without its value.</exception>
    public static string[] Translate(string[] words)
    {
        if (words.Length < 2 || !words[1].StartsWith("--", StringComparison.Ordinal) || KafkaTool.Find(words[0]) is not { } tool)
        {
            return words;
        }

        var actions = words.Where(tool.Actions.ContainsKey).Distinct(StringComparer.Ordinal).ToList();
        if (actions.Count != 1)
        {
            return actions.Count == 0 ? words : throw new CommandFailure(
                ExitCodes.Usage, $"{string.Join(" and ", actions)} exclude each other", $"say one of {string.Join(", ", tool.Actions.Keys)}");
        }

        var verb = tool.Actions[actions[0]].ToList();
        var rest = new List<string>();
        for (var at = 1; at < words.Length; at++)
        {
            var (flag, attached) = Halves(words[at]);
            if (flag == actions[0])
            {
                continue;
            }

            if (!tool.Flags.TryGetValue(flag, out var meaning))
            {
                rest.Add(words[at]);
                continue;
            }

            var next = at + 1 < words.Length ? words[at + 1] : null;
            var takesNext = attached is null && next is not null && meaning.Takes switch
            {
                KafkaToolFlag.Argument.Required => true,
                KafkaToolFlag.Argument.Optional => !next.StartsWith('-'),
                _ => false,
            };
            at += takesNext ? 1 : 0;
            var value = takesNext ? next : attached;
            if (value is null && meaning.Takes is KafkaToolFlag.Argument.Required)
            {
                throw new CommandFailure(ExitCodes.Usage, $"{flag} needs a value", $"see `kafkadog {tool.Verb} --help`");
            }

            rest.AddRange(meaning.Words(value ?? ""));
            verb.Remove(meaning.Removes ?? "");
        }

        return [tool.Verb, .. verb, .. rest];
    }

    private static (string Flag, string? Value) Halves(string word)
    {
        var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }
}
