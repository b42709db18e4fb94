using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class HistoryTests
{
    private static readonly Place P0 = new("orders.v1", 0);
    private static readonly DateTimeOffset Noon = ShopStory.Noon;

    [Fact]
    public void Committed_offset_is_told_for_now_and_for_any_moment_that_is_remembered()
    {
        var commits = new CommitHistory();
        commits.Add("g", P0, 5, Noon);
        commits.Add("g", P0, 9, Noon.AddSeconds(10));
        Assert.Equal(9, commits.Committed("g", P0));
        Assert.Equal(5, commits.Committed("g", P0, Noon.AddSeconds(9)));
        Assert.Null(commits.Committed("g", P0, Noon.AddSeconds(-1)));
        commits.Add("g", P0, 5, Noon);
        Assert.Equal(9, commits.Committed("g", P0));
    }

    [Fact]
    public void Forgetting_keeps_the_commit_that_still_holds()
    {
        var commits = new CommitHistory();
        commits.Add("g", P0, 5, Noon);
        commits.Add("g", P0, 9, Noon.AddSeconds(10));
        commits.Forget(Noon.AddHours(1));
        Assert.Equal(9, commits.Committed("g", P0, Noon.AddHours(1)));
    }

    [Fact]
    public void Seed_fills_only_what_the_log_did_not_tell()
    {
        var commits = new CommitHistory();
        commits.Add("g", P0, 9, Noon);
        commits.Seed("g", P0, 3);
        commits.Seed("quiet", P0, 3);
        Assert.Equal(9, commits.Committed("g", P0));
        Assert.Equal(3, commits.Committed("quiet", P0, Noon.AddHours(-5)));
    }

    [Fact]
    public void Membership_written_twice_is_one_rebalance()
    {
        var groups = new GroupHistory();
        var two = new Membership(Noon, 2, "range", [new("m1", "payment-service-1", "/127.0.0.1", [P0])]);
        groups.Add("g", two);
        groups.Add("g", two with { At = Noon.AddSeconds(1) });
        Assert.Single(groups.History("g"));
        Assert.Equal("payment-service-1", groups.Current("g", Noon)!.OwnerOf(P0)!.ClientId);
        Assert.Null(groups.Current("g", Noon.AddSeconds(-1)));
    }

    [Theory]
    [InlineData("payment-service-1", "A")]
    [InlineData("payment-service-3", "C")]
    [InlineData("somebody", "A")]
    [InlineData("payment-service-27", "27")]
    public void Members_letter_is_its_number(string instance, string letter) => Assert.Equal(letter, MemberLetter.Of(instance));

    [Fact]
    public void Lag_is_end_minus_committed_then_and_now()
    {
        var story = new ShopStory();
        for (var i = 0; i < 4; i++)
        {
            story.Placed(Guid.CreateVersion7(), i);
        }

        story.Observed.Commits.Add("g", P0, 1, Noon.AddSeconds(1));
        story.Observed.Commits.Add("g", P0, 4, Noon.AddSeconds(9));
        Assert.Equal(0, story.Observed.Lag("g", P0));
        Assert.Equal(2, story.Observed.Lag("g", P0, Noon.AddSeconds(2)));
        Assert.Null(story.Observed.Lag("other", P0));
    }

    [Fact]
    public void Generation_of_a_delivery_is_the_groups_own_count()
    {
        GroupHistory history = new();
        var noon = ShopStory.Noon;
        Member first = new("m1", "payment-service-1", "", []), second = new("m2", "payment-service-2", "", []);
        history.Add("g", new(noon, 7, null, [first]));
        history.Add("g", new(noon.AddSeconds(10), 8, null, [first, second]));

        Assert.Equal(7, history.GenerationOf("g", "m1", "payment-service-1", noon.AddSeconds(9)));
        Assert.Equal(8, history.GenerationOf("g", "m1", "payment-service-1", noon.AddSeconds(11)));
        // What was delivered a moment before the coordinator had written it down.
        Assert.Equal(8, history.GenerationOf("g", "m2", "payment-service-2", noon.AddSeconds(9.9)));
        Assert.Equal(8, history.GenerationOf("g", memberId: null, "payment-service-2", noon.AddSeconds(11)));
        Assert.Null(history.GenerationOf("g", "m3", "payment-service-3", noon.AddSeconds(11)));
    }
}
