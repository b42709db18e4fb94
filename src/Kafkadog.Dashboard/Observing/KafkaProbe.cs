using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Asks the broker what its records do not tell: that it answers, where each log begins (retention moves it) and ends, and,
/// once per connection, the groups that were quiet for as long as is remembered.
/// </summary>
public sealed partial class KafkaProbe(
    KafkaClients clients, Observation observation, LiveUpdates updates, TimeProvider time, ILogger<KafkaProbe> logger) : BackgroundService
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SeedAfter = TimeSpan.FromSeconds(3);

    private DateTimeOffset upSince = DateTimeOffset.MinValue;
    private bool isSeeded;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            // A new client after each failure: what the old one remembers of the cluster may be what made it fail.
            using var admin = clients.Admin();
            await AskUntilItFailsAsync(admin, stoppingToken);
        }
    }

    private async Task AskUntilItFailsAsync(IAdminClient admin, CancellationToken stoppingToken)
    {
        for (var isUp = true; isUp && !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                if (observation.Read(o => o.Tapes.Count > 0))
                {
                    await MoveEndsAsync(admin, stoppingToken);
                    await SeedAsync(admin, stoppingToken);
                }
            }
            catch (KafkaException e)
            {
                (isUp, isSeeded) = (false, false);
                upSince = DateTimeOffset.MaxValue;
                var problem = $"ListOffsets: {Explain(e)}";
                observation.Write(o => o.Kafka = o.Kafka.IsUp ? new(KafkaState.Down, observation.Now, problem) : o.Kafka);
                ProbeFailed(e, problem);
            }

            observation.Note(o => o.Forget(observation.Now));
            await Task.Delay(updates.Watching > 0 || !isSeeded ? Watched : Unwatched, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>When only some partitions failed, the library's own words name none of them.</summary>
    private static string Explain(KafkaException e) =>
        e is ListOffsetsException partly && partly.Result.ResultInfos.Select(i => i.TopicPartitionOffsetError).FirstOrDefault(p => p.Error.IsError) is { } first
            ? $"{first.Topic} p{first.Partition.Value}: {first.Error.Code}: {first.Error.Reason}"
            : $"{e.Error.Code}: {e.Error.Reason}";

    private async Task MoveEndsAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        var places = observation.Read(o => o.Tapes.Select(t => t.Place).ToList());
        var starts = await OffsetsAsync(admin, places, OffsetSpec.Earliest(), cancellationToken);
        var ends = await OffsetsAsync(admin, places, OffsetSpec.Latest(), cancellationToken);
        observation.Write(o =>
        {
            foreach (var place in places)
            {
                var tape = o.Tape(place);
                tape.MoveStart(starts[place]);
                tape.MoveEnd(ends[place]);
            }

            if (!o.Kafka.IsUp)
            {
                o.Kafka = new(KafkaState.Up, observation.Now);
            }
        });
        upSince = upSince == DateTimeOffset.MinValue || upSince == DateTimeOffset.MaxValue ? observation.Now : upSince;
    }

    private static async Task<Dictionary<Place, long>> OffsetsAsync(
        IAdminClient admin, List<Place> places, OffsetSpec spec, CancellationToken cancellationToken)
    {
        var answer = await admin.AskOffsetsAsync(
            places.Select(p => new TopicPartitionOffsetSpec { TopicPartition = new(p.Topic, p.Partition), OffsetSpec = spec }), KafkaClients.Timeout).WaitAsync(cancellationToken);
        return answer.ResultInfos.ToDictionary(
            i => new Place(string.Intern(i.TopicPartitionOffsetError.Topic), i.TopicPartitionOffsetError.Partition.Value),
            i => i.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>After the tail had its time: what it saw is newer and more exact, so this fills only what it did not see.</summary>
    private async Task SeedAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        if (isSeeded || observation.Now - upSince < SeedAfter)
        {
            return;
        }

        var options = new ListConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout };
        var groups = (await admin.ListConsumerGroupsAsync(options).WaitAsync(cancellationToken)).Valid.Select(g => g.GroupId).ToList();
        if (groups.Count > 0)
        {
            var described = await admin.DescribeConsumerGroupsAsync(
                groups, new DescribeConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
            foreach (var group in described.ConsumerGroupDescriptions)
            {
                var committed = await admin.ListConsumerGroupOffsetsAsync(
                    [new ConsumerGroupTopicPartitions(group.GroupId, null)],
                    new ListConsumerGroupOffsetsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
                observation.Write(o =>
                {
                    var membership = MembershipOf(group);
                    if (group.GroupType == ConsumerGroupType.Consumer)
                    {
                        o.ConsumerGroups.Seed(group.GroupId, membership.Members);
                        o.ConsumerGroups.Tell(o.Groups);
                    }

                    o.Groups.Seed(group.GroupId, membership);
                    foreach (var offset in committed.Single().Partitions.Where(p => p.Offset.Value >= 0))
                    {
                        o.Commits.Seed(group.GroupId, new Place(string.Intern(offset.Topic), offset.Partition.Value), offset.Offset.Value);
                    }
                });
            }
        }

        isSeeded = true;
    }

    private static Membership MembershipOf(ConsumerGroupDescription group) => new(
        DateTimeOffset.MinValue,
        Generation: null,
        group.PartitionAssignor,
        [
            .. group.Members
                .Select(m => new Member(m.ConsumerId, m.ClientId, m.Host, [.. m.Assignment.TopicPartitions.Select(p => new Place(string.Intern(p.Topic), p.Partition.Value)).Order()]))
                .OrderBy(m => m.ClientId, StringComparer.Ordinal).ThenBy(m => m.Id, StringComparer.Ordinal),
        ]);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka did not answer: {Problem}")]
    private partial void ProbeFailed(Exception exception, string problem);
}
