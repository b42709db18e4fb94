using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>What an error of the Kafka client means for the person at the command line.</summary>
internal static class KafkaErrors
{
    public static string Describe(KafkaException error) => string.Join(
        "; ", Parts(error).Where(part => part.Error.IsError).Select(part => part.What.Length == 0 ? part.Error.Reason : $"{part.What}: {part.Error.Reason}").Distinct(StringComparer.Ordinal));

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
    private static ErrorCode Cause(KafkaException error) => Parts(error).First(part => part.Error.IsError).Error.Code;

    /// <summary>An administrative call answers for each of its parts: what failed, and why.</summary>
    private static IEnumerable<(string What, Error Error)> Parts(KafkaException error) => error switch
    {
        CreateTopicsException e => e.Results.Select(r => (r.Topic, r.Error)),
        DeleteTopicsException e => e.Results.Select(r => (r.Topic, r.Error)),
        CreatePartitionsException e => e.Results.Select(r => (r.Topic, r.Error)),
        DescribeConfigsException e => e.Results.Select(r => (r.ConfigResource.Name, r.Error)),
        IncrementalAlterConfigsException e => e.Results.Select(r => (r.ConfigResource.Name, r.Error)),
        DeleteGroupsException e => e.Results.Select(r => (r.Group, r.Error)),
        CreateAclsException e => e.Results.Select(r => ("", r.Error)),
        DeleteAclsException e => e.Results.Select(r => ("", r.Error)),
        DescribeAclsException e => [("", e.Result.Error)],
        DescribeUserScramCredentialsException e => e.Results.UserScramCredentialsDescriptions.Select(r => (r.User, r.Error)),
        AlterUserScramCredentialsException e => e.Results.Select(r => (r.User, r.Error)),
        DeleteConsumerGroupOffsetsException e => e.Result.Partitions.Select(p => ($"{p.TopicPartition}", p.Error)).Append((e.Result.Group, e.Result.Error)),
        AlterConsumerGroupOffsetsException e => e.Results.SelectMany(r => r.Partitions.Select(p => ($"{p.TopicPartition}", p.Error)).Append((r.Group, r.Error))),
        _ => [("", error.Error)],
    };
}
