using System.Globalization;

namespace Kafkadog.Broker.Storage;

/// <summary>The types DescribeConfigs reports, by their wire number.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    String = 2,
    Int = 3,
    Long = 5,
    Double = 6,
    List = 7,
}

/// <summary>One topic-level setting.</summary>
/// <param name="Default">The value when neither topic nor broker sets it.</param>
/// <param name="Documentation">What it does, in one sentence.</param>
/// <param name="BrokerSynonyms">Broker settings that are its default, the strongest first.</param>
internal sealed record TopicConfigDefinition(
    string Name, ConfigType Type, string Default, string Documentation, params IReadOnlyList<BrokerSynonym> BrokerSynonyms)
{
    /// <summary>Smallest and largest number allowed, both included.</summary>
    public double Min { get; init; } = double.NegativeInfinity;
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>The only values of a string, or of the items of a list; null for any.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>Set when only the default is supported: why another value is refused.</summary>
    public string? OnlyDefaultBecause { get; init; }

    /// <summary>Not shown by DescribeConfigs.</summary>
    public bool IsInternal { get; init; }

    /// <summary>A value outside of the range that is legal as well.</summary>
    public double? Exception { get; init; }

    /// <summary>Null when the value is legal and supported, else a sentence for the client, as Apache Kafka words it.</summary>
    /// <param name="name">The setting as the client named it; null for the topic's own.</param>
    public string? Problem(string value, string? name = null)
    {
        if (Allowed is not null && (Type is ConfigType.List ? Items(value) : [value]).FirstOrDefault(item => !Allowed.Contains(item)) is { } wrong)
            return Invalid(wrong, $"String must be one of: {string.Join(", ", Allowed)}");

        var trimmed = value.Trim();
        var problem = Type switch
        {
            ConfigType.Boolean => bool.TryParse(trimmed, out _) ? null : "Expected value to be either true or false",
            ConfigType.Int => int.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? OutOfRange(i) : "Not a number of type INT",
            ConfigType.Long => long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? OutOfRange(l) : "Not a number of type LONG",
            ConfigType.Double => double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? OutOfRange(d) : "Not a number of type DOUBLE",
            _ => ListProblem?.Invoke(value),
        };
        if (problem is null && OnlyDefaultBecause is not null && !string.Equals(trimmed, Default, StringComparison.OrdinalIgnoreCase))
            problem = OnlyDefaultBecause;
        return problem is null ? null : Invalid(Shown(value, trimmed), problem);

        string Invalid(string shown, string why) => $"Invalid value {shown} for configuration {name ?? Name}: {why}";
    }

    /// <summary>A rule of a list beyond its items.</summary>
    public Func<string, string?>? ListProblem { get; init; }

    public static IReadOnlyList<string> Items(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private string? OutOfRange(double value) => value == Exception ? null
        : Exception is { } exception && (value < Min || value > Max) ? $"Value must be between {Min} and {Max} or equal to {exception}"
        : value < Min ? $"Value must be at least {Min}"
        : value > Max ? $"Value must be no more than {Max}"
        : null;

    /// <summary>Messages show a list in brackets and a number as it was understood.</summary>
    private string Shown(string value, string trimmed) => Type switch
    {
        ConfigType.List => $"[{string.Join(", ", Items(value))}]",
        ConfigType.Double when double.TryParse(trimmed, CultureInfo.InvariantCulture, out var number) => number.ToString("0.0###############", CultureInfo.InvariantCulture),
        _ => value,
    };
}

/// <summary>A broker setting that is the default of a topic setting.</summary>
/// <param name="UnitFactor">What its number is multiplied with: <c>log.retention.hours</c> has 3600000.</param>
/// <param name="HasDefault">Whether the setting of the broker has a default of its own.</param>
internal readonly record struct BrokerSynonym(string Name, long UnitFactor = 1, bool HasDefault = true)
{
    public static implicit operator BrokerSynonym(string name) => new(name);
}
