namespace Kafkadog.Broker.Generator;

/// <summary>An inclusive range of versions, written <c>3-8</c>, <c>9+</c> or <c>4</c>.</summary>
internal readonly struct VersionRange(int lowest, int highest)
{
    public int Lowest { get; } = lowest;

    public int Highest { get; } = highest;

    public bool Covers(VersionRange other) => Lowest <= other.Lowest && Highest >= other.Highest;

    public static VersionRange Parse(string text, int lastVersion)
    {
        if (text.EndsWith("+", StringComparison.Ordinal))
        {
            return new VersionRange(int.Parse(text.Substring(0, text.Length - 1)), lastVersion);
        }

        var dash = text.IndexOf('-');
        return dash < 0
            ? new VersionRange(int.Parse(text), int.Parse(text))
            : new VersionRange(int.Parse(text.Substring(0, dash)), int.Parse(text.Substring(dash + 1)));
    }
}

/// <summary>One line of a schema: a field, and below it the fields of its struct.</summary>
internal sealed class Field
{
    public string Name { get; set; } = "";

    public bool IsArray { get; set; }

    /// <summary>A primitive of the wire format, or the name of the struct that <see cref="Children"/> describes.</summary>
    public string Type { get; set; } = "";

    public VersionRange Versions { get; set; }

    /// <summary>The versions in which the field may be null; null when it never may.</summary>
    public VersionRange? Nullable { get; set; }

    public int? Tag { get; set; }

    public string? Default { get; set; }

    public bool IsStruct { get; set; }

    public List<Field> Children { get; } = [];
}

/// <summary>A request, a response, or the key or value of an internal record.</summary>
internal sealed class Message(string name, VersionRange versions, int? flexibleFrom)
{
    public string Name { get; } = name;

    public VersionRange Versions { get; } = versions;

    public int? FlexibleFrom { get; } = flexibleFrom;

    /// <summary>The int16 a record key starts with; null for everything else.</summary>
    public int? RecordType { get; set; }

    public List<Field> Fields { get; } = [];

    /// <summary>All structs below this message, parents first.</summary>
    public IEnumerable<Field> Structs() => Fields.SelectMany(Below);

    private static IEnumerable<Field> Below(Field field) =>
        field.IsStruct ? new[] { field }.Concat(field.Children.SelectMany(Below)) : [];
}

/// <summary>What one <c>.schema</c> file says.</summary>
internal sealed class SchemaFile
{
    public int? ApiKey { get; set; }

    public string ApiName { get; set; } = "";

    public List<Message> Messages { get; } = [];
}
