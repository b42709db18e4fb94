using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>Where a value comes from, by the wire number of DescribeConfigs.</summary>
internal enum ConfigSource : sbyte
{
    DynamicTopic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    DynamicBrokerLogger = 6,
    DynamicGroup = 8,
}

/// <summary>One candidate value of a setting; the effective value is the first of <see cref="TopicConfigEntry.Synonyms"/>.</summary>
internal readonly record struct ConfigSynonym(string Name, string Value, ConfigSource Source);

/// <summary>One effective setting and all candidates in order of precedence.</summary>
internal readonly record struct TopicConfigEntry(TopicConfigDefinition Definition, string Value, ConfigSource Source, IReadOnlyList<ConfigSynonym> Synonyms);

/// <summary>The effective settings of one topic; immutable. Numbers are in the unit of their name.</summary>
internal sealed class TopicConfig
{
    private readonly BrokerDefaults _defaults;

    /// <param name="overrides">Values set on the topic; must have passed <see cref="Problem"/>.</param>
    /// <param name="brokerConfigs">Settings the broker was started with, by broker key.</param>
    public TopicConfig(IReadOnlyDictionary<string, string> overrides, IReadOnlyDictionary<string, string> brokerConfigs)
        : this(overrides, new BrokerDefaults(brokerConfigs))
    {
    }

    /// <param name="overrides">Values set on the topic; must have passed <see cref="Problem"/>.</param>
    /// <param name="defaults">The settings of the broker that stand behind them.</param>
    public TopicConfig(IReadOnlyDictionary<string, string> overrides, BrokerDefaults defaults)
    {
        (Overrides, _defaults) = (overrides, defaults);
        var policy = TopicConfigDefinition.Items(Value(TopicConfigs.CleanupPolicy));
        IsCompacted = policy.Contains("compact");
        IsDeletedByRetention = policy.Contains("delete");
        IsLogAppendTime = Value(TopicConfigs.MessageTimestampType) is "LogAppendTime";
        TimestampBeforeMaxMs = Number(TopicConfigs.MessageTimestampBeforeMaxMs);
        TimestampAfterMaxMs = Number(TopicConfigs.MessageTimestampAfterMaxMs);
        MaxMessageBytes = (int)Number(TopicConfigs.MaxMessageBytes);
        MinInsyncReplicas = (int)Number(TopicConfigs.MinInsyncReplicas);
        SegmentBytes = (int)(Number(TopicConfigs.InternalSegmentBytes) is > 0 and var forTests ? forTests : Number(TopicConfigs.SegmentBytes));
        SegmentMs = Number(TopicConfigs.SegmentMs);
        SegmentJitterMs = Number(TopicConfigs.SegmentJitterMs);
        FlushMessages = Number(TopicConfigs.FlushMessages);
        FlushMs = Number(TopicConfigs.FlushMs);
        SegmentIndexBytes = (int)Number(TopicConfigs.SegmentIndexBytes);
        IndexIntervalBytes = (int)Number(TopicConfigs.IndexIntervalBytes);
        RetentionBytes = Number(TopicConfigs.RetentionBytes);
        RetentionMs = Number(TopicConfigs.RetentionMs);
        // A TimeSpan holds less than 64 bits of milliseconds.
        FileDeleteDelay = TimeSpan.FromMilliseconds(Math.Min(Number(TopicConfigs.FileDeleteDelayMs), (long)TimeSpan.MaxValue.TotalMilliseconds / 2));
        DeleteRetentionMs = Number(TopicConfigs.DeleteRetentionMs);
        MinCompactionLagMs = Number(TopicConfigs.MinCompactionLagMs);
        MaxCompactionLagMs = Number(TopicConfigs.MaxCompactionLagMs);
        (Compression, CompressionLevel) = Value(TopicConfigs.CompressionType) switch
        {
            "uncompressed" => (CompressionCodec.None, null),
            "gzip" => (CompressionCodec.Gzip, (int?)Number(TopicConfigs.CompressionGzipLevel)),
            "snappy" => (CompressionCodec.Snappy, null),
            "lz4" => (CompressionCodec.Lz4, (int)Number(TopicConfigs.CompressionLz4Level)),
            "zstd" => (CompressionCodec.Zstd, (int)Number(TopicConfigs.CompressionZstdLevel)),
            _ => ((CompressionCodec?)null, (int?)null),
        };
        MinCleanableDirtyRatio = double.Parse(Value(TopicConfigs.MinCleanableDirtyRatio), CultureInfo.InvariantCulture);
    }

    /// <summary>The values set on the topic itself.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; }

    public bool IsCompacted { get; }
    public bool IsDeletedByRetention { get; }
    public bool IsLogAppendTime { get; }
    public long TimestampBeforeMaxMs { get; }
    public long TimestampAfterMaxMs { get; }
    public int MaxMessageBytes { get; }
    public int MinInsyncReplicas { get; }
    public int SegmentBytes { get; }
    public long SegmentMs { get; }
    public long SegmentJitterMs { get; }

    /// <summary>The age at which a segment is closed, without jitter: in a compacted topic no more than records may stay uncompacted.</summary>
    public long RollMs => IsCompacted ? Math.Min(SegmentMs, MaxCompactionLagMs) : SegmentMs;

    public long FlushMessages { get; }
    public long FlushMs { get; }

    /// <summary>The codec of stored batches; null for the producer's.</summary>
    public CompressionCodec? Compression { get; }

    /// <summary>Null where the codec has none.</summary>
    public int? CompressionLevel { get; }
    public int SegmentIndexBytes { get; }
    public int IndexIntervalBytes { get; }
    public long RetentionBytes { get; }
    public long RetentionMs { get; }
    public TimeSpan FileDeleteDelay { get; }
    public long DeleteRetentionMs { get; }
    public long MinCompactionLagMs { get; }
    public long MaxCompactionLagMs { get; }
    public double MinCleanableDirtyRatio { get; }

    /// <summary>Null when every override is known, legal, supported and consistent, else a sentence for the client.</summary>
    public static string? Problem(IReadOnlyDictionary<string, string> overrides, BrokerDefaults defaults)
    {
        foreach (var (name, value) in overrides)
        {
            if (!TopicConfigs.All.TryGetValue(name, out var definition))
                return $"Unknown topic config name: {name}";
            if (definition.Problem(value) is { } problem)
                return problem;
        }

        var config = new TopicConfig(overrides, defaults);
        if (bool.Parse(config.Value(TopicConfigs.RemoteStorageEnable)))
            return "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.";
        return config.MaxCompactionLagMs < config.MinCompactionLagMs
            ? $"conflict topic config setting {TopicConfigs.MinCompactionLagMs} ({config.MinCompactionLagMs}) > {TopicConfigs.MaxCompactionLagMs} ({config.MaxCompactionLagMs})"
            : null;
    }

    /// <summary>The overrides after some changes; INVALID_REQUEST for a change that makes no sense, INVALID_CONFIG for a value.</summary>
    public (Dictionary<string, string> Overrides, ErrorCode Error, string? Problem) After(IReadOnlyList<ConfigChange> changes, bool replaceAll)
    {
        var result = new Dictionary<string, string>(replaceAll ? [] : Overrides, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (!TopicConfigs.All.TryGetValue(change.Name, out var definition))
            {
                if (change.Operation is ConfigOperation.Delete)
                    continue;
                return (result, ErrorCode.InvalidConfig, $"Unknown topic config name: {change.Name}");
            }

            var (error, problem) = Apply(result, definition, change, change.Name, () => Value(change.Name));
            if (error is not ErrorCode.None)
                return (result, error, problem);
        }

        return Problem(result, _defaults) is { } bad ? (result, ErrorCode.InvalidConfig, bad) : (result, ErrorCode.None, null);
    }

    /// <summary>Makes one change to a set of values. A list that is not in the set grows and shrinks from its effective value.</summary>
    public static (ErrorCode Error, string? Problem) Apply(
        Dictionary<string, string> values, TopicConfigDefinition definition, ConfigChange change, string name, Func<string> effective)
    {
        if (change.Operation is ConfigOperation.Delete)
        {
            values.Remove(name);
            return (ErrorCode.None, null);
        }

        if (change.Value is not { } value)
            return (ErrorCode.InvalidRequest, $"Null value not supported for : {name}");
        if (change.Operation is ConfigOperation.Append or ConfigOperation.Subtract && definition.Type is not ConfigType.List)
            return (ErrorCode.InvalidConfig, $"Can't {change.Operation.ToString().ToUpperInvariant()} to key {name} because its type is not LIST.");
        if (change.Operation is ConfigOperation.Set)
        {
            values[name] = value;
            return (ErrorCode.None, null);
        }

        var items = TopicConfigDefinition.Items(values.GetValueOrDefault(name) ?? effective());
        values[name] = string.Join(',', change.Operation is ConfigOperation.Append
            ? items.Union(TopicConfigDefinition.Items(value), StringComparer.Ordinal)
            : items.Except(TopicConfigDefinition.Items(value), StringComparer.Ordinal));
        return (ErrorCode.None, null);
    }

    /// <summary>Every setting that DescribeConfigs shows, by name.</summary>
    public IEnumerable<TopicConfigEntry> Describe() =>
        TopicConfigs.All.Values.Where(d => !d.IsInternal).OrderBy(d => d.Name, StringComparer.Ordinal).Select(Describe);

    public TopicConfigEntry Describe(TopicConfigDefinition definition)
    {
        var effective = Candidates(definition).First();

        // Shown are the topic's own value and the broker's setting of the same unit, if there is one, with its default if that has one.
        var shown = Overrides.TryGetValue(definition.Name, out var own) ? [new ConfigSynonym(definition.Name, own, ConfigSource.DynamicTopic)] : new List<ConfigSynonym>();
        if (definition.BrokerSynonyms is [var synonym, ..])
        {
            shown.AddRange(_defaults.Candidates(synonym.Name));
            if (synonym.HasDefault)
                shown.Add(new(synonym.Name, definition.Default, ConfigSource.Default));
        }

        return new(definition, effective.Value, effective.Source, shown);
    }

    private IEnumerable<ConfigSynonym> Candidates(TopicConfigDefinition definition)
    {
        if (Overrides.TryGetValue(definition.Name, out var own))
            yield return new(definition.Name, own, ConfigSource.DynamicTopic);
        foreach (var synonym in definition.BrokerSynonyms)
        {
            foreach (var candidate in _defaults.Candidates(synonym.Name))
            {
                yield return synonym.UnitFactor != 1 && long.Parse(candidate.Value, CultureInfo.InvariantCulture) is >= 0 and var number
                    ? candidate with { Value = checked(number * synonym.UnitFactor).ToString(CultureInfo.InvariantCulture) }
                    : candidate;
            }
        }

        yield return new(definition.Name, definition.Default, ConfigSource.Default);
    }

    private string Value(string name) => Candidates(TopicConfigs.All[name]).First().Value;

    private long Number(string name) => long.Parse(Value(name), CultureInfo.InvariantCulture);
}
