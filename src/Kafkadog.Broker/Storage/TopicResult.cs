using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

/// <summary>What became of a change to a topic: the topic after it, or an error and a sentence for the client.</summary>
/// <param name="Topic">On success the topic after the change (the deleted one for a deletion); null for validate-only creation and on error.</param>
internal readonly record struct TopicResult(ErrorCode Error, string? ErrorMessage, Topic? Topic)
{
    public static TopicResult Ok(Topic? topic) => new(ErrorCode.None, null, topic);
    public static TopicResult Failed(ErrorCode error, string message) => new(error, message, null);
}

/// <summary>The operations of IncrementalAlterConfigs, by their wire number.</summary>
internal enum ConfigOperation : sbyte
{
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}

/// <summary>One change of one topic setting; the value is null for <see cref="ConfigOperation.Delete"/>.</summary>
internal readonly record struct ConfigChange(string Name, ConfigOperation Operation, string? Value);
