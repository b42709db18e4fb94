using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Asks the broker what its records do not tell: that it answers, where each log begins (retention moves it) and ends, which
/// groups are in the middle of a rebalance while somebody watches, and, once per connection, the groups that were quiet for as
/// long as is remembered.
/// </summary>
public sealed partial class KafkaProbe(
    KafkaClients clients, Observation observation, LiveUpdates updates, TimeProvider time, ILogger<KafkaProbe> logger) : BackgroundService
{
    private const string Preparing = "PreparingRebalance";
    private const string Completing = "CompletingRebalance";
    private const string OfConsumers = "consumer";
    private const string WithoutMembers = "";

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenPhases = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenPhasesOfARebalance = TimeSpan.FromMilliseconds(250);
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
            await RestAsync(admin, stoppingToken);
        }
    }

    /// <summary>Until the next question about offsets. While somebody watches, the groups are looked at meanwhile.</summary>
    private async Task RestAsync(IAdminClient admin, CancellationToken stoppingToken)
    {
        var began = time.GetTimestamp();
        var whole = updates.Watching > 0 || !isSeeded ? Watched : Unwatched;
        for (var left = whole; left > TimeSpan.Zero && !stoppingToken.IsCancellationRequested; left = whole - time.GetElapsedTime(began))
        {
            var isLooking = updates.Watching > 0 && observation.Read(o => o.Kafka.IsUp);
            var moving = isLooking ? await MovingGroupsAsync(admin) : [];
            if (moving is not null && (moving.Count > 0 || observation.Read(o => o.Phases.IsAnyMoving)))
            {
                observation.Write(o => o.Phases.Set(moving, observation.Now));
            }

            var pause = moving is { Count: > 0 } ? BetweenPhasesOfARebalance : BetweenPhases;
            await Task.Delay(pause < left ? pause : left, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The groups that are between two generations; null when Kafka did not tell.</summary>
    private async Task<Dictionary<string, GroupPhase>?> MovingGroupsAsync(IAdminClient admin) => (await GroupsAsync(admin))?
        .Where(g => g.State is Preparing or Completing)
        .ToDictionary(g => g.Group, g => g.State == Preparing ? GroupPhase.Joining : GroupPhase.Sharing, StringComparer.Ordinal);

    /// <summary>All groups; null when Kafka did not tell.</summary>
    private async Task<List<GroupInfo>?> GroupsAsync(IAdminClient admin)
    {
        try
        {
            // Not ListConsumerGroupsAsync: the library frees the error of a broker that goes away meanwhile twice, and the process
            // with it. This call blocks, and is waited for to its end, as its client must not be disposed before.
            return await Task.Run(() => admin.ListGroups(BetweenPhases));
        }
        catch (KafkaException e)
        {
            // Whether Kafka is there at all is found out with the offsets.
            GroupsUnknown(e);
            return null;
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

        if (await GroupsAsync(admin) is not { } listed)
        {
            return;
        }

        var groups = listed.Where(g => g.ProtocolType is OfConsumers or WithoutMembers).Select(g => g.Group).ToList();
        if (groups.Count > 0)
        {
            foreach (var group in await DescribeAsync(admin, groups, cancellationToken))
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

    /// <summary>Those of them that are groups of consumers: the list does not tell the newer kinds apart.</summary>
    private static async Task<IEnumerable<ConsumerGroupDescription>> DescribeAsync(IAdminClient admin, List<string> groups, CancellationToken cancellationToken)
    {
        try
        {
            return (await admin.DescribeConsumerGroupsAsync(
                groups, new DescribeConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken)).ConsumerGroupDescriptions;
        }
        catch (DescribeConsumerGroupsException partly) when (partly.Results.ConsumerGroupDescriptions.All(group => group.Error.Code is ErrorCode.NoError or ErrorCode.GroupIdNotFound))
        {
            return partly.Results.ConsumerGroupDescriptions.Where(group => !group.Error.IsError);
        }
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "The groups could not be listed")]
    private partial void GroupsUnknown(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka did not answer: {Problem}")]
    private partial void ProbeFailed(Exception exception, string problem);
}
