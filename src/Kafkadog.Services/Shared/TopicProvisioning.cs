using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>How the shop's topics are created.</summary>
/// <param name="BootstrapServers"><c>host:port</c>, comma separated.</param>
/// <param name="ReplicationFactor">3 on a real cluster; −1 takes the broker's default.</param>
/// <param name="MinInsyncReplicas">2 on a real cluster; null leaves the broker's default.</param>
/// <param name="KeepForever">Unlimited retention of the business topics, for replays from the very first order.</param>
/// <param name="Client">Further librdkafka properties, such as <c>security.protocol</c>.</param>
public sealed record TopicProvisioningOptions(
    string BootstrapServers,
    short ReplicationFactor = 1,
    int? MinInsyncReplicas = null,
    bool KeepForever = false,
    IReadOnlyDictionary<string, string>? Client = null);

/// <summary>Creates the topics explicitly and once. Clients never create any: a typing error is an error, not a new topic.</summary>
public static class TopicProvisioning
{
    private static readonly Dictionary<string, string> NoProperties = new(StringComparer.Ordinal);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Creates what is missing. Running it again changes nothing.</summary>
    /// <returns>The names of the topics that were created.</returns>
    /// <exception cref="TopicMismatchException">A topic exists with another number of partitions.</exception>
    /// <exception cref="KafkaException">The cluster did not answer, or refused.</exception>
    public static async Task<IReadOnlyList<string>> EnsureAsync(
        TopicProvisioningOptions options, CancellationToken cancellationToken = default)
    {
        NativeKafka.Load();
        using var admin = new AdminClientBuilder(
            new AdminClientConfig(new Dictionary<string, string>(options.Client ?? NoProperties, StringComparer.Ordinal))
            {
                BootstrapServers = options.BootstrapServers,
                ClientId = "kafkadog-topics",
                AllowAutoCreateTopics = false,
            }).Build();

        var created = await CreateAsync(admin, options).WaitAsync(cancellationToken);
        await CheckAsync(admin, cancellationToken);
        return created;
    }

    private static async Task<IReadOnlyList<string>> CreateAsync(IAdminClient admin, TopicProvisioningOptions options)
    {
        try
        {
            await admin.CreateTopicsAsync(
                Topics.All.Select(t => Specification(t, options)),
                new CreateTopicsOptions { RequestTimeout = Timeout, OperationTimeout = Timeout });
            return [.. Topics.All.Select(t => t.Name)];
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            return [.. e.Results.Where(r => !r.Error.IsError).Select(r => r.Topic)];
        }
    }

    private static TopicSpecification Specification(TopicDefinition topic, TopicProvisioningOptions options)
    {
        var isBusiness = topic.Name is Topics.Orders or Topics.Payments or Topics.Inventory or Topics.Outcomes;
        var configuration = new Dictionary<string, string>(
            topic.Configuration(options.KeepForever && isBusiness), StringComparer.Ordinal);
        if (options.MinInsyncReplicas is { } replicas)
        {
            configuration["min.insync.replicas"] = replicas.ToString(CultureInfo.InvariantCulture);
        }

        return new()
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = options.ReplicationFactor,
            Configs = configuration,
        };
    }

    private static async Task CheckAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        var descriptions = await DescribeAsync(admin, cancellationToken);
        var found = descriptions.ToDictionary(t => t.Name, t => t.Partitions.Count, StringComparer.Ordinal);
        var wrong = Topics.All
            .Where(t => found[t.Name] != t.Partitions)
            .Select(t => $"{t.Name} has {found[t.Name]} partitions, not {t.Partitions}")
            .ToList();
        if (wrong.Count > 0)
        {
            throw new TopicMismatchException(
                $"{string.Join("; ", wrong)}. Events of one order would no longer keep their order. "
                + "Delete these topics, or use another cluster or data directory, and start again.");
        }
    }

    /// <summary>Apache Kafka says that a topic is created a moment before it knows it.</summary>
    private static async Task<IReadOnlyList<TopicDescription>> DescribeAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var described = await admin.DescribeTopicsAsync(
                    TopicCollection.OfTopicNames(Topics.All.Select(t => t.Name)), new DescribeTopicsOptions { RequestTimeout = Timeout }).WaitAsync(cancellationToken);
                return described.TopicDescriptions;
            }
            catch (DescribeTopicsException e) when (Stopwatch.GetElapsedTime(began) < Timeout
                && e.Results.TopicDescriptions.TrueForAll(t => t.Error.Code is ErrorCode.NoError or ErrorCode.UnknownTopicOrPart))
            {
                await Task.Delay(LookAgain, cancellationToken);
            }
        }
    }
}

/// <summary>The topics on the cluster are not the ones this version works with; the message says what to do.</summary>
public sealed class TopicMismatchException(string message) : Exception(message);
