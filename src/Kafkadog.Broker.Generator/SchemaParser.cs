namespace Kafkadog.Broker.Generator;

/// <summary>Reads the schema format that <c>Protocol/Schemas/README.md</c> describes.</summary>
internal static class SchemaParser
{
    private static readonly HashSet<string> Primitives =
    [
        "bool", "int8", "int16", "uint16", "int32", "int64", "float64", "uuid", "string", "bytes", "records", "errorcode",
    ];

    /// <exception cref="FormatException">A line does not follow the format; the message names it.</exception>
    public static SchemaFile Parse(string text)
    {
        var file = new SchemaFile();
        Message? header = null;
        Message? message = null;
        var parents = new Stack<Field>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0 || line.TrimStart().StartsWith("#", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
                var depth = (line.Length - line.TrimStart().Length) / 2;
                if (depth > 0)
                {
                    AddField(message ?? throw new FormatException("a field before its message"), parents, depth, words);
                    continue;
                }

                parents.Clear();
                switch (words[0])
                {
                    case "api":
                        file.ApiKey = int.Parse(words[1]);
                        file.ApiName = words[2];
                        header = Header(words[2], words, 3);
                        break;
                    case "request" or "response" when header is not null:
                        var suffix = words[0] == "request" ? "Request" : "Response";
                        message = new Message(header.Name + suffix, header.Versions, header.FlexibleFrom);
                        file.Messages.Add(message);
                        break;
                    case "record":
                        message = Header(words[1], words, 2);
                        file.Messages.Add(message);
                        break;
                    default:
                        throw new FormatException("expected api, request, response or record");
                }
            }
            catch (Exception problem) when (problem is FormatException or IndexOutOfRangeException or OverflowException)
            {
                throw new FormatException($"line {number}: '{line.Trim()}': {problem.Message}", problem);
            }
        }

        return file;
    }

    private static Message Header(string name, string[] words, int at)
    {
        var versions = VersionRange.Parse(words[at], int.MaxValue);
        return new Message(name, versions, Option(words, at + 1, "flexible")) { RecordType = Option(words, at + 1, "type") };
    }

    private static int? Option(string[] words, int from, string name)
    {
        var at = Array.IndexOf(words, name, from);
        return at < 0 ? null : int.Parse(words[at + 1]);
    }

    private static void AddField(Message message, Stack<Field> parents, int depth, string[] words)
    {
        while (parents.Count >= depth)
        {
            parents.Pop();
        }

        if (parents.Count != depth - 1)
        {
            throw new FormatException("indented too far");
        }

        var around = parents.Count == 0 ? message.Versions : parents.Peek().Versions;
        var field = new Field { Name = words[0], Versions = around };
        var type = words[1];
        field.IsArray = type.StartsWith("[]", StringComparison.Ordinal);
        type = field.IsArray ? type.Substring(2) : type;
        var question = type.IndexOf('?');
        field.Type = question < 0 ? type : type.Substring(0, question);
        field.IsStruct = !Primitives.Contains(field.Type);

        for (var at = 2; at < words.Length; at++)
        {
            switch (words[at])
            {
                case "tag": field.Tag = int.Parse(words[++at]); break;
                case "=": field.Default = words[++at]; break;
                default: field.Versions = VersionRange.Parse(words[at], message.Versions.Highest); break;
            }
        }

        if (question >= 0)
        {
            var range = type.Substring(question + 1);
            field.Nullable = range.Length == 0 ? field.Versions : VersionRange.Parse(range, message.Versions.Highest);
        }

        if (!around.Covers(field.Versions))
        {
            throw new FormatException("versions outside those of its struct");
        }

        (parents.Count == 0 ? message.Fields : parents.Peek().Children).Add(field);
        if (field.IsStruct)
        {
            parents.Push(field);
        }
    }
}
