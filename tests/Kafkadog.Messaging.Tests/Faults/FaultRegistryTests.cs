using Kafkadog.Messaging.Consuming;
using Kafkadog.Messaging.Faults;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Messaging.Tests.Faults;

public sealed class FaultRegistryTests
{
    private readonly FakeTimeProvider time = new(new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly FaultRegistry faults;

    public FaultRegistryTests() => faults = new(time);

    [Fact]
    public void The_next_deliveries_that_match_are_hit_and_no_more()
    {
        faults.Add(new(FaultSpec.Throw) { Count = 2, Match = new(Key: "a", Topic: "orders", EventType: "Placed") });

        Assert.Null(faults.Take("g", Received("b")));
        Assert.Null(faults.Take("g", Received("a", topic: "others")));
        Assert.Null(faults.Take("g", Received("a", type: "Cancelled")));
        Assert.NotNull(faults.Take("g", Received("a", offset: 7)));
        Assert.NotNull(faults.Take("g", Received("a", offset: 8)));
        Assert.Null(faults.Take("g", Received("a", offset: 9)));

        var status = Assert.Single(faults.Faults);
        Assert.Equal((FaultState.UsedUp, 2, 0), (status.State, status.Hits, status.Remaining));
        Assert.Equal([8, 7], status.LastHits.Select(hit => hit.Offset!.Value));
        Assert.All(status.LastHits, hit => Assert.Equal(("g", "orders", 3, "a"), (hit.Group, hit.Topic, hit.Partition, hit.Key)));
    }

    [Fact]
    public void A_fault_ends_by_itself_whether_it_was_hit_or_not()
    {
        faults.Add(new(FaultSpec.Throw));
        time.Advance(FaultSpec.DefaultExpiry - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(faults.Take("g", Received("a")));

        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(faults.Take("g", Received("a")));
        Assert.Equal(FaultState.Expired, Assert.Single(faults.Faults).State);
    }

    [Fact]
    public async Task A_thrown_fault_says_what_it_is()
    {
        faults.Add(new(FaultSpec.Throw) { IsPermanent = true });

        var failure = await Assert.ThrowsAsync<InjectedFaultException>(
            () => faults.Take("g", Received("a"))!.SufferAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("injected fault 1: permanent failure at before-handler", failure.Message);
        Assert.Equal(FailureKind.Permanent, FailureClassification.Of(failure).Kind);
    }

    [Fact]
    public async Task A_delay_lasts_as_long_as_it_was_told()
    {
        faults.Add(new(FaultSpec.Delay) { DelayBy = TimeSpan.FromSeconds(2), Count = 1 });

        var slowed = faults.Take("g", Received("a"))!.SufferAsync(TestContext.Current.CancellationToken).AsTask();

        time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(slowed.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await slowed;
    }

    [Fact]
    public void Inside_the_writer_a_fault_hits_at_its_own_point_alone()
    {
        faults.Add(new(FaultSpec.Throw) { Point = FaultPoint.BeforeDatabaseCommit, Count = 1 });

        faults.Hit(FaultPoint.BeforeTransaction, null);
        Assert.Null(faults.Take("g", Received("a")));
        Assert.Throws<InjectedFaultException>(() => faults.Hit(FaultPoint.BeforeDatabaseCommit, null));
        faults.Hit(FaultPoint.BeforeDatabaseCommit, null);
    }

    [Fact]
    public void A_switch_answers_the_same_for_the_same_event_and_counts_it_once()
    {
        faults.Add(new("decline") { Count = 1 });
        var first = Received("a");

        Assert.Null(faults.Take("g", first));
        Assert.Null(faults.TakeSwitch("reject", first));
        Assert.Equal("injected fault 1: decline", faults.TakeSwitch("decline", first));
        Assert.Null(faults.TakeSwitch("decline", Received("b")));
        Assert.Equal("injected fault 1: decline", faults.TakeSwitch("decline", first));
        Assert.Equal(1, Assert.Single(faults.Faults).Hits);
    }

    [Fact]
    public void Faults_are_bounded_and_those_that_ended_are_kept_for_a_while()
    {
        for (var i = 0; i < FaultRegistry.MaxActive; i++)
        {
            Assert.NotNull(faults.Add(new(FaultSpec.Throw)));
        }

        Assert.Null(faults.Add(new(FaultSpec.Throw)));
        time.Advance(FaultSpec.DefaultExpiry);
        Assert.NotNull(faults.Add(new(FaultSpec.Throw)));

        Assert.Equal(FaultRegistry.MaxEnded + 1, faults.Faults.Count);
        Assert.Equal(FaultRegistry.MaxActive + 1, faults.Faults[0].Id);
        Assert.Equal(FaultRegistry.MaxActive, faults.Faults[1].Id);
    }

    [Fact]
    public void What_is_removed_hits_no_more()
    {
        var first = faults.Add(new(FaultSpec.Throw))!;
        faults.Add(new(FaultSpec.Throw));

        Assert.True(faults.Remove(first.Id));
        Assert.False(faults.Remove(first.Id));
        Assert.Equal(1, faults.Clear());
        Assert.Null(faults.Take("g", Received("a")));
        Assert.Empty(faults.Faults);
    }

    private static InboundEvent Received(string key, string topic = "orders", string type = "Placed", long offset = 0) => new(
        new(topic, 3, offset, -1, DateTimeOffset.UnixEpoch, null, null, new()), Guid.NewGuid(), type, key, Guid.Empty, Guid.Empty, "");
}
