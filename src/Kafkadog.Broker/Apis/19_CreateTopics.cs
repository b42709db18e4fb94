using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// CreateTopics (key 19), versions 2 to 7.
/// <para>One node keeps one replica. A replication factor of 2 or 3 is accepted and answered with 1 unless
/// <see cref="BrokerOptions.ClampReplicationFactor"/> is off; anything else above 1 is refused. A manual assignment may only name this node.</para>
/// <para>v4 -1 for the broker's defaults; v5 flexible, and the configuration in the answer (KIP-525); v7 the topic id.</para>
/// </summary>
internal static class CreateTopics
{
    private const int HighestClampedFactor = 3;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, CreateTopicsRequest request)
    {
        var twice = request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var all = context.AllowsCluster(AclOperation.Create);
        var response = new CreateTopicsResponse();
        foreach (var topic in request.Topics)
        {
            if (!twice.Contains(topic.Name))
            {
                response.Topics.Add(all || context.AllowsTopic(AclOperation.Create, topic.Name)
                    ? Create(context, topic, request.ValidateOnly)
                    : Failed(topic, ErrorCode.TopicAuthorizationFailed, "Authorization failed."));
            }
            else if (!response.Topics.Exists(answer => answer.Name == topic.Name))
            {
                response.Topics.Add(Failed(topic, ErrorCode.InvalidRequest, "Duplicate topic name."));
            }
        }

        return new(response);
    }

    private static CreateTopicsResponseTopic Create(RequestContext context, CreateTopicsRequestTopic asked, bool validateOnly)
    {
        var broker = context.Broker;
        if (PartitionCount(broker, asked, out var problem) is not { } partitions)
        {
            return Failed(asked, problem.Error, problem.Message);
        }

        var configs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var config in asked.Configs)
        {
            if (config.Value is null)
            {
                return Failed(asked, ErrorCode.InvalidConfig, $"Null value not supported for topic configs: {config.Name}");
            }

            configs[config.Name] = config.Value;
        }

        var result = broker.Topics.Create(asked.Name, partitions, configs, validateOnly);
        if (result.Error != ErrorCode.None)
        {
            return Failed(asked, result.Error, result.ErrorMessage);
        }

        if (!context.AllowsTopic(AclOperation.DescribeConfigs, asked.Name))
        {
            return new CreateTopicsResponseTopic
            {
                Name = asked.Name, TopicId = result.Topic?.Id ?? Guid.Empty, NumPartitions = -1, ReplicationFactor = -1, TopicConfigErrorCode = ErrorCode.TopicAuthorizationFailed,
            };
        }

        var effective = result.Topic?.Config ?? new TopicConfig(configs, broker.Storage.BrokerConfigs.Current);
        return new CreateTopicsResponseTopic
        {
            Name = asked.Name,
            // What is only validated has an id as well, which nobody will hear of again.
            TopicId = result.Topic?.Id ?? Guid.NewGuid(),
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = [.. effective.Describe().Select(entry => new CreateTopicsResponseConfig
            {
                Name = entry.Definition.Name,
                Value = entry.Value,
                ConfigSource = (sbyte)entry.Source,
            })],
        };
    }

    private static int? PartitionCount(BrokerState broker, CreateTopicsRequestTopic asked, out (ErrorCode Error, string Message) problem)
    {
        problem = default;
        if (asked.Assignments.Count > 0)
        {
            problem = AssignmentProblem(broker, asked);
            return problem.Error == ErrorCode.None ? asked.Assignments.Count : null;
        }

        var factor = asked.ReplicationFactor;
        if (factor is not (-1 or 1) && !(broker.Options.ClampReplicationFactor && factor is > 1 and <= HighestClampedFactor))
        {
            problem = (ErrorCode.InvalidReplicationFactor, factor < 1
                ? "Replication factor must be larger than 0, or -1 to use the default value."
                : $"Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.");
            return null;
        }

        if (asked.NumPartitions is 0 or < -1)
        {
            problem = (ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
            return null;
        }

        return asked.NumPartitions == -1 ? broker.Options.DefaultPartitions : asked.NumPartitions;
    }

    private static (ErrorCode Error, string Message) AssignmentProblem(BrokerState broker, CreateTopicsRequestTopic asked)
    {
        if (asked.ReplicationFactor != -1)
        {
            return (ErrorCode.InvalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1.");
        }

        if (asked.NumPartitions != -1)
        {
            return (ErrorCode.InvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }

        var seen = new HashSet<int>();
        foreach (var assignment in asked.Assignments)
        {
            if (!seen.Add(assignment.PartitionIndex))
            {
                return (ErrorCode.InvalidReplicaAssignment, $"Found multiple manual partition assignments for partition {assignment.PartitionIndex}");
            }

            if (ReplicaAssignment.Problem(assignment.BrokerIds, broker.NodeId) is { } problem)
            {
                return (ErrorCode.InvalidReplicaAssignment, problem);
            }
        }

        return seen.Order().SequenceEqual(Enumerable.Range(0, seen.Count))
            ? default
            : (ErrorCode.InvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence");
    }

    private static CreateTopicsResponseTopic Failed(CreateTopicsRequestTopic asked, ErrorCode error, string? message) =>
        new() { Name = asked.Name, ErrorCode = error, ErrorMessage = message, Configs = [] };
}
