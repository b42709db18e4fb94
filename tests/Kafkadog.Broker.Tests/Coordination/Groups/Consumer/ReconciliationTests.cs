using Kafkadog.Broker.Coordination.Groups.Consumer;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>The way of one member to its target, step by step. Partitions are digits; what others hold, and what the member says it owns, are given.</summary>
public sealed class ReconciliationTests
{
    private static readonly Guid s_topic = new(1, 0, 0, new byte[8]);

    [Theory]
    // From Stable at the target's epoch nothing moves, whatever is free.
    [InlineData("Stable 5 [12] []", 5, "12", "", "12", "Stable 5 [12] []")]
    [InlineData("Stable 5 [1] []", 5, "12", "", "1", "Stable 5 [1] []")]
    // To a later epoch: what is free is taken at once.
    [InlineData("Stable 4 [] []", 5, "12", "", "", "Stable 5 [12] []")]
    [InlineData("Stable 4 [1] []", 5, "12", "", "1", "Stable 5 [12] []")]
    [InlineData("Stable 4 [1] []", 5, "1", "", null, "Stable 5 [1] []")]
    // What others hold is waited for, at the new epoch.
    [InlineData("Stable 4 [1] []", 5, "12", "2", "1", "UnreleasedPartitions 5 [1] []")]
    [InlineData("Stable 4 [1] []", 5, "123", "2", "1", "UnreleasedPartitions 5 [13] []")]
    // What must go is given up first, at the old epoch, and nothing is taken before.
    [InlineData("Stable 4 [12] []", 5, "2", "", "12", "UnrevokedPartitions 4 [2] [1]")]
    [InlineData("Stable 4 [12] []", 5, "23", "", "12", "UnrevokedPartitions 4 [2] [1]")]
    // A client that does not say what it owns may own everything; one that owns nothing of it need not be asked.
    [InlineData("Stable 4 [12] []", 5, "2", "", null, "UnrevokedPartitions 4 [2] [1]")]
    [InlineData("Stable 4 [12] []", 5, "23", "", "2", "Stable 5 [23] []")]
    // It stays until the client no longer owns them.
    [InlineData("UnrevokedPartitions 4 [2] [1]", 5, "23", "", "12", "UnrevokedPartitions 4 [2] [1]")]
    [InlineData("UnrevokedPartitions 4 [2] [1]", 5, "23", "", null, "UnrevokedPartitions 4 [2] [1]")]
    [InlineData("UnrevokedPartitions 4 [2] [1]", 5, "23", "", "2", "Stable 5 [23] []")]
    [InlineData("UnrevokedPartitions 4 [2] [1]", 5, "23", "3", "2", "UnreleasedPartitions 5 [2] []")]
    // The target moved on meanwhile: more must go, or what was given up comes back once it is free.
    [InlineData("UnrevokedPartitions 4 [2] [1]", 6, "3", "", "2", "UnrevokedPartitions 4 [] [2]")]
    [InlineData("UnrevokedPartitions 4 [2] [1]", 6, "12", "1", "2", "UnreleasedPartitions 6 [2] []")]
    // Waiting for others: each heartbeat takes what has become free.
    [InlineData("UnreleasedPartitions 5 [1] []", 5, "12", "2", "1", "UnreleasedPartitions 5 [1] []")]
    [InlineData("UnreleasedPartitions 5 [1] []", 5, "12", "", "1", "Stable 5 [12] []")]
    [InlineData("UnreleasedPartitions 5 [1] []", 5, "123", "3", "1", "UnreleasedPartitions 5 [12] []")]
    [InlineData("UnreleasedPartitions 5 [1] []", 6, "2", "", "1", "UnrevokedPartitions 5 [] [1]")]
    // A static member that comes back begins at epoch 0 with what it had.
    [InlineData("Stable 0 [12] []", 5, "12", "", "", "Stable 5 [12] []")]
    public void Member_goes(string from, int targetEpoch, string target, string heldByOthers, string? owned, string to)
    {
        var current = Parse(from);
        var held = Set(heldByOthers)!;
        var next = new Reconciliation
        {
            Current = current,
            TargetEpoch = targetEpoch,
            Target = Set(target)!,
            IsFree = partition => !held.Contains(partition) && !current.Assigned.ContainsKey(partition) && !current.PendingRevocation.ContainsKey(partition),
            IsSubscribed = _ => true,
            Owned = Set(owned),
        }.Next();
        Assert.Equal(to, Text(next));
    }

    [Theory]
    [InlineData("Stable 5 [12] []", "12", "UnrevokedPartitions 5 [] [12]")]
    [InlineData("Stable 5 [12] []", "", "Stable 5 [] []")]
    [InlineData("UnrevokedPartitions 5 [2] [1]", "12", "UnrevokedPartitions 5 [] [12]")]
    [InlineData("Stable 4 [12] []", "12", "UnrevokedPartitions 4 [] [12]")]
    public void Member_that_no_longer_reads_a_topic_gives_it_up_before_there_is_a_new_target(string from, string owned, string to)
    {
        var next = new Reconciliation
        {
            Current = Parse(from),
            TargetEpoch = 5,
            Target = Set("12")!,
            IsFree = _ => true,
            IsSubscribed = _ => false,
            SubscriptionChanged = true,
            Owned = Set(owned),
        }.Next();
        Assert.Equal(to, Text(next));
    }

    [Fact]
    public void Partition_keeps_the_epoch_at_which_the_member_got_it()
    {
        var next = new Reconciliation
        {
            Current = Parse("Stable 4 [1] []"),
            TargetEpoch = 7,
            Target = Set("12")!,
            IsFree = _ => true,
            IsSubscribed = _ => true,
            Owned = Set("1"),
        }.Next();
        Assert.Equal((4, 7, 4), (next.Assigned[Partition('1')], next.Assigned[Partition('2')], next.PreviousEpoch));
    }

    private static CurrentAssignment Parse(string text)
    {
        var parts = text.Split(' ');
        var epoch = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        return new CurrentAssignment(
            epoch, epoch, Enum.Parse<MemberState>(parts[0]),
            Set(parts[2].Trim('[', ']'))!.ToDictionary(p => p, _ => epoch),
            Set(parts[3].Trim('[', ']'))!.ToDictionary(p => p, _ => epoch));
    }

    private static string Text(CurrentAssignment current) =>
        $"{current.State} {current.Epoch} [{Digits(current.Assigned.Keys)}] [{Digits(current.PendingRevocation.Keys)}]";

    private static string Digits(IEnumerable<TopicIdPartition> partitions) => string.Concat(partitions.Order().Select(p => p.Partition));

    private static HashSet<TopicIdPartition>? Set(string? digits) => digits?.Select(Partition).ToHashSet();

    private static TopicIdPartition Partition(char digit) => new(s_topic, digit - '0');
}
