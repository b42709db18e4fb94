using System.Globalization;
using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Coordination.Groups.Consumer.Assignors;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

public sealed class AssignorTests
{
    private static readonly Guid[] s_topics = [.. Enumerable.Range(1, 5).Select(i => new Guid(i, 0, 0, new byte[8]))];

    [Fact]
    public void Range_cuts_every_topic_in_the_order_of_ids_and_static_members_come_first()
    {
        var result = Assign(new RangeAssignor(), [Member("b", [0, 1]), Member("a", [0, 1]), Member("z", [0], instance: "i")], [7, 3]);
        Assert.Equal(["0-0 0-1 0-2"], result["z"]);
        Assert.Equal(["0-3 0-4 1-0 1-1"], result["a"]);
        Assert.Equal(["0-5 0-6 1-2"], result["b"]);
    }

    [Fact]
    public void Uniform_keeps_what_balance_allows_and_gives_the_rest_to_those_who_have_least()
    {
        var result = Assign(new UniformAssignor(), [Member("a", [0], target: "0-0 0-1 0-2 0-3"), Member("b", [0]), Member("c", [0])], [4]);
        Assert.Equal(["0-0 0-1"], result["a"]);
        Assert.Equal(["0-2"], result["b"]);
        Assert.Equal(["0-3"], result["c"]);
    }

    [Fact]
    public void Uniform_evens_out_across_topics_that_not_all_read()
    {
        var result = Assign(new UniformAssignor(), [Member("a", [0, 1]), Member("b", [0]), Member("c", [1])], [4, 4]);
        Assert.All(result.Values, text => Assert.InRange(text.Single().Split(' ').Length, 2, 3));
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void Every_partition_has_one_owner_that_reads_it(string name)
    {
        var assignor = ConsumerGroup.Assignors.Single(a => a.Name == name);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var counts = s_topics.Select(_ => random.Next(0, 9)).ToArray();
            var members = RandomMembers(random, random.Next(1, 8));
            var first = assignor.Assign(members, topic => counts[Array.IndexOf(s_topics, topic)]);
            AssertCovers(members, counts, first, seed);

            // The same again moves nothing; one member more or less keeps the rules.
            var settled = members.Select(m => m with { Target = first[m.MemberId] }).ToList();
            var again = assignor.Assign(settled, topic => counts[Array.IndexOf(s_topics, topic)]);
            Assert.All(settled, m => Assert.True(again[m.MemberId].SetEquals(m.Target), $"seed {seed}: {m.MemberId} moved"));
            var changed = random.Next(2) == 0 && settled.Count > 1 ? settled[1..] : [.. settled, .. RandomMembers(random, 1, "new")];
            AssertCovers(changed, counts, assignor.Assign(changed, topic => counts[Array.IndexOf(s_topics, topic)]), seed);
        }
    }

    [Fact]
    public void Uniform_differs_by_one_at_most_and_moves_no_more_than_it_must_when_all_read_the_same()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var partitions = random.Next(1, 40);
            var members = Enumerable.Range(0, random.Next(2, 9)).Select(i => Member($"m{i}", [0])).ToList();
            var first = new UniformAssignor().Assign(members, _ => partitions);
            var counts = first.Values.Select(p => p.Count).ToList();
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);

            // One leaves: only its partitions get another owner.
            var left = members.Skip(1).Select(m => m with { Target = first[m.MemberId] }).ToList();
            var second = new UniformAssignor().Assign(left, _ => partitions);
            Assert.All(left, m => Assert.True(second[m.MemberId].IsSupersetOf(m.Target), $"seed {seed}"));
        }
    }

    private static void AssertCovers(
        IReadOnlyList<AssignorMember> members, int[] counts, IReadOnlyDictionary<string, IReadOnlySet<TopicIdPartition>> result, int seed)
    {
        Assert.Equal(members.Select(m => m.MemberId).Order(), result.Keys.Order());
        var expected = s_topics.Where(t => members.Any(m => m.Topics.Contains(t)))
            .SelectMany(t => Enumerable.Range(0, counts[Array.IndexOf(s_topics, t)]).Select(p => new TopicIdPartition(t, p)));
        Assert.Equal(expected.Order(), result.Values.SelectMany(p => p).Order());
        Assert.All(members, m => Assert.True(result[m.MemberId].All(p => m.Topics.Contains(p.TopicId)), $"seed {seed}"));
    }

    private static List<AssignorMember> RandomMembers(Random random, int count, string prefix = "m") =>
        [.. Enumerable.Range(0, count).Select(i => new AssignorMember(
            $"{prefix}{i}", random.Next(3) == 0 ? $"i{prefix}{i}" : null, s_topics.Where(_ => random.Next(2) == 0).ToHashSet(), new HashSet<TopicIdPartition>()))];

    private static AssignorMember Member(string id, int[] topics, string? instance = null, string target = "") => new(
        id, instance, topics.Select(t => s_topics[t]).ToHashSet(), target.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToHashSet());

    private static Dictionary<string, string[]> Assign(IPartitionAssignor assignor, IReadOnlyList<AssignorMember> members, int[] counts) =>
        assignor.Assign(members, topic => counts[Array.IndexOf(s_topics, topic)])
            .ToDictionary(r => r.Key, r => new[] { string.Join(' ', r.Value.Order().Select(p => $"{Array.IndexOf(s_topics, p.TopicId)}-{p.Partition}")) });

    private static TopicIdPartition Parse(string text) =>
        new(s_topics[text[0] - '0'], int.Parse(text.AsSpan(2), CultureInfo.InvariantCulture));
}
