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

    /// <summary>Null when the value is legal and supported, else a sentence for the client.</summary>
    public string? Problem(string value)
    {
        var problem = Type switch
        {
            ConfigType.Boolean => value is "true" or "false" ? null : "must be true or false",
            ConfigType.Int => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? OutOfRange(i) : "must be a 32-bit integer",
            ConfigType.Long => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? OutOfRange(l) : "must be a 64-bit integer",
            ConfigType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? OutOfRange(d) : "must be a number",
            ConfigType.List => Items(value).FirstOrDefault(item => Allowed?.Contains(item) == false) is { } item ? $"item '{item}' is not one of {string.Join(", ", Allowed!)}" : null,
            _ => Allowed?.Contains(value) == false ? $"must be one of {string.Join(", ", Allowed)}" : null,
        };
        if (problem is null && OnlyDefaultBecause is not null && !string.Equals(value, Default, StringComparison.Ordinal))
            problem = OnlyDefaultBecause;
        return problem is null ? null : $"Invalid value {value} for configuration {Name}: {problem}";
    }

    public static IReadOnlyList<string> Items(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private string? OutOfRange(double value) =>
        value < Min ? $"must be at least {Min}" : value > Max ? $"must be at most {Max}" : null;
}

/// <summary>A broker setting that is the default of a topic setting.</summary>
/// <param name="UnitFactor">What its number is multiplied with: <c>log.retention.hours</c> has 3600000.</param>
internal readonly record struct BrokerSynonym(string Name, long UnitFactor = 1)
{
    public static implicit operator BrokerSynonym(string name) => new(name);
}
