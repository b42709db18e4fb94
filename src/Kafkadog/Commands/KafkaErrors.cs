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

    public static string Next(Error error) => error.Code switch
    {
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => "see what is there with `kafkadog topics list`",
        ErrorCode.GroupIdNotFound => "see what is there with `kafkadog groups list`",
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut => "see with `kafkadog status` and `kafkadog logs broker` whether the broker runs",
        _ => $"Kafka's error is {error.Code} ({(int)error.Code})",
    };

    public static int ExitCode(Error error) => error.Code switch
    {
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.GroupIdNotFound => ExitCodes.NotFound,
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut => ExitCodes.Unreachable,
        _ => ExitCodes.Refused,
    };
}
