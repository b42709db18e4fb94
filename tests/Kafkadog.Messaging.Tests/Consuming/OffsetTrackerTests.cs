using CsCheck;
using Kafkadog.Messaging.Consuming;

namespace Kafkadog.Messaging.Tests.Consuming;

public sealed class OffsetTrackerTests
{
    [Fact]
    public void Only_the_completed_prefix_is_stored()
    {
        var tracker = new OffsetTracker();
        var slots = new[] { 10L, 11, 12 }.Select(offset => tracker.Received(offset, 3)).ToArray();

        tracker.Completed(slots[2]);
        Assert.False(tracker.TryAdvance(out _, out _));
        tracker.Completed(slots[0]);
        Assert.True(tracker.TryAdvance(out var next, out var leaderEpoch));

        Assert.Equal((11, 3), (next, leaderEpoch));
        tracker.Completed(slots[1]);
        Assert.True(tracker.TryAdvance(out next, out _));
        Assert.Equal(13, next);
        Assert.Equal(0, tracker.Open);
    }

    [Fact]
    public void Gaps_between_received_offsets_are_no_obstacle()
    {
        var tracker = new OffsetTracker();
        var first = tracker.Received(5, -1);
        var second = tracker.Received(900, -1);

        tracker.Completed(first);
        tracker.Completed(second);

        Assert.True(tracker.TryAdvance(out var next, out _));
        Assert.Equal(901, next);
    }

    [Fact]
    public void An_offset_received_twice_is_an_error()
    {
        var tracker = new OffsetTracker();
        tracker.Received(5, -1);
        Assert.Throws<InvalidOperationException>(() => tracker.Received(5, -1));
    }

    [Fact]
    public void Any_order_of_completion_stores_each_prefix_and_nothing_else() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int).Sample((count, seed) =>
        {
            var random = new Random(seed);
            var tracker = new OffsetTracker();
            var offsets = new List<long>();
            var slots = new List<long>();
            for (long i = 0, offset = 0; i < count; i++)
            {
                offset += random.Next(1, 4);
                offsets.Add(offset);
                slots.Add(tracker.Received(offset, 0));
            }

            var done = new bool[count];
            foreach (var i in Enumerable.Range(0, count).OrderBy(_ => random.Next()).ToArray())
            {
                tracker.Completed(slots[i]);
                done[i] = true;
                var prefix = done.TakeWhile(d => d).Count();
                if (tracker.TryAdvance(out var next, out _) && (prefix == 0 || next != offsets[prefix - 1] + 1))
                    return false;
                if (tracker.Open != count - prefix)
                    return false;
            }

            return true;
        });
}
