using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Messaging.Tests.Diagnostics;

public sealed class DeliveryJournalTests
{
    private readonly DeliveryJournal journal = new(4, new FakeTimeProvider());

    [Fact]
    public void A_reader_that_polls_gets_what_follows_and_sees_what_it_missed()
    {
        Assert.Equal((0, 0), (journal.Oldest, journal.Latest));
        Add(3);
        Assert.Equal([3, 2, 1], Sequences(journal.Newest(10)));
        Assert.Equal([2, 3], Sequences(journal.After(1, 10)));
        Assert.Equal([2], Sequences(journal.After(1, 1)));
        Assert.Empty(journal.After(3, 10));
        Assert.Empty(journal.After(99, 10));

        Add(4);
        Assert.Equal((4, 7), (journal.Oldest, journal.Latest));
        Assert.Equal([4, 5, 6, 7], Sequences(journal.After(1, 10)));
        Assert.Equal([7, 6], Sequences(journal.Newest(2)));
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_the_next_entry()
    {
        Add(1);
        Assert.True(journal.WaitAfterAsync(0, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        var waiting = journal.WaitAfterAsync(1, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        Add(1);

        await waiting;
    }

    [Fact]
    public void A_line_tells_when_it_waited_and_when_it_worked_and_what_failed()
    {
        var at = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        journal.Add(new(JournalKind.Delivery, at)
        {
            Topic = "orders",
            Key = "\0orders-1",
            Result = DeliveryResult.DeadLetter,
            Failure = new(FailureKind.Transient, FailureStage.Process, "Down", "down"),
            Queue = TimeSpan.FromMilliseconds(20),
            Work = TimeSpan.FromMilliseconds(300),
        });

        var line = JournalLine.Of(journal.Newest(1)[0], "one");

        Assert.Equal((at.AddMilliseconds(-320), at.AddMilliseconds(-300), at), (line.ReceivedAt, line.StartedAt, line.FinishedAt));
        Assert.Equal(("dlq", false, "exhausted", "Down", null), (line.Result, line.Duplicate, line.ErrorKind, line.ErrorClass, line.Key));
    }

    private static IEnumerable<long> Sequences(IEnumerable<JournalEntry> entries) => entries.Select(entry => entry.Sequence);

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
        {
            journal.Add(new(JournalKind.Sent, DateTimeOffset.UnixEpoch));
        }
    }
}
