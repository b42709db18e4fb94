using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>What an error of the Kafka client means for the person at the command line.</summary>
internal static class KafkaErrors
{
    public static string Describe(KafkaException error) => error switch
    {
        CreateTopicsException e => string.Join("; ", e.Results.Where(r => r.Error.IsError).Select(r => $"{r.Topic}: {r.Error.Reason}")),
        DeleteTopicsException e => string.Join("; ", e.Results.Where(r => r.Error.IsError).Select(r => $"{r.Topic}: {r.Error.Reason}")),
        AlterConsumerGroupOffsetsException e => string.Join(
            "; ",
            e.Results.SelectMany(r => r.Partitions.Where(p => p.Error.IsError).Select(p => $"{p.TopicPartition}: {p.Error.Reason}")
                .Append(r.Error?.IsError == true ? $"{r.Group}: {r.Error.Reason}" : "")).Where(text => text.Length > 0).Distinct()),
        _ => error.Error.Reason,
    };

    public static string Next(KafkaException error) => Cause(error) switch
    {
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => "see what is there with `kafkadog topics list`",
        ErrorCode.TopicAlreadyExists => "see it with `kafkadog topics describe`, or delete it first",
        ErrorCode.GroupIdNotFound => "see what is there with `kafkadog groups list`",
        ErrorCode.NonEmptyGroup or ErrorCode.UnknownMemberId => "stop the members of the group first, or let `kafkadog replay` do all of it",
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut =>
            "see with `kafkadog status` and `kafkadog logs broker` whether the broker runs",
        var code => $"Kafka's error is {code} ({(int)code})",
    };

    public static int ExitCode(KafkaException error) => Cause(error) switch
    {
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.GroupIdNotFound => ExitCodes.NotFound,
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut => ExitCodes.Unreachable,
        _ => ExitCodes.Refused,
    };

    /// <summary>The first error of one topic or partition, where the whole only says that a part failed.</summary>
    private static ErrorCode Cause(KafkaException error) => error switch
    {
        CreateTopicsException e => e.Results.First(r => r.Error.IsError).Error.Code,
        DeleteTopicsException e => e.Results.First(r => r.Error.IsError).Error.Code,
        AlterConsumerGroupOffsetsException e => e.Results.SelectMany(r => r.Partitions.Select(p => p.Error).Append(r.Error))
            .First(found => found?.IsError == true)!.Code,
        _ => error.Error.Code,
    };
}
