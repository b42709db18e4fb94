using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class TapeTests
{
    private static readonly Place P0 = new("orders.v1", 0);

    private readonly Tape tape = new(P0);

    [Fact]
    public void Records_read_again_after_a_reconnect_change_nothing()
    {
        Fill(0, 1, 2);
        Assert.False(tape.Add(Record(0)));
        Assert.False(tape.Add(Record(2)));
        Assert.Equal([0, 1, 2], tape.Records.Select(r => r.Offset));
    }

    [Fact]
    public void Older_answer_about_the_end_takes_no_record_away()
    {
        Fill(0, 1, 2);
        tape.MoveEnd(2);
        Assert.Equal(3, tape.End);
        Assert.Equal(3, tape.Records.Count);
    }

    [Fact]
    public void Topic_that_was_made_again_starts_anew()
    {
        Fill(0, 1, 2);
        Assert.True(tape.Add(Record(0, second: 99)));
        Assert.Equal(0, Assert.Single(tape.Records).Offset);
        Assert.Equal(1, tape.End);
    }

    [Fact]
    public void Retention_moves_the_start_and_takes_the_cells_below()
    {
        Fill(0, 1, 2, 3);
        tape.MoveStart(2);
        Assert.Equal([2, 3], tape.Records.Select(r => r.Offset));
        Assert.Equal(2, tape.Start);
    }

    [Fact]
    public void End_at_an_earlier_time_is_the_end_as_it_was()
    {
        Fill(0, 1, 2);
        Assert.Equal(2, tape.EndAt(ShopStory.Noon.AddSeconds(1)));
        Assert.Equal(3, tape.EndAt(ShopStory.Noon.AddSeconds(10)));
        Assert.Equal(0, tape.EndAt(ShopStory.Noon.AddSeconds(-1)));
    }

    [Fact]
    public void First_record_from_an_offset_skips_gaps_and_ends_at_the_end()
    {
        Fill(0, 3, 5);
        Assert.Equal(3, tape.FirstFrom(1)!.Offset);
        Assert.Equal(5, tape.FirstFrom(5)!.Offset);
        Assert.Null(tape.FirstFrom(6));
    }

    private static ObservedRecord Record(long offset, double? second = null) => new(
        P0, offset, ShopStory.Noon.AddSeconds(second ?? offset), "k", "OrderPlaced", null, null, null, null, 1, null);

    private void Fill(params long[] offsets)
    {
        foreach (var offset in offsets)
        {
            Assert.True(tape.Add(Record(offset)));
        }
    }
}
