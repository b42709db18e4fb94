using Kafkadog.Dashboard.Asking;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Dashboard.Tests.Asking;

public sealed class RefresherTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider time = new();
    private readonly System.Threading.Channels.Channel<CancellationToken> asked = System.Threading.Channels.Channel.CreateUnbounded<CancellationToken>();
    private readonly Refresher refresher;

    public RefresherTests() => refresher = new(
        token =>
        {
            asked.Writer.TryWrite(token);
            return Answer?.Task.WaitAsync(token) ?? Task.CompletedTask;
        },
        Pause,
        AtLatest,
        time);

    private TaskCompletionSource? Answer { get; set; }

    public void Dispose() => refresher.Dispose();

    [Fact]
    public async Task Refresher_asks_at_once_and_then_now_and_again()
    {
        _ = refresher.RunAsync();
        await AskedAsync();

        await AskedAfterAsync(Pause + AtLatest);
    }

    [Fact]
    public async Task Many_changes_in_the_pause_are_one_question_after_it()
    {
        _ = refresher.RunAsync();
        await AskedAsync();
        refresher.AskSoon();
        refresher.AskSoon();

        Assert.False(asked.Reader.TryRead(out _));
        await AskedAfterAsync(Pause);
    }

    [Fact]
    public async Task Another_question_does_not_wait_for_the_answer_to_the_old_one()
    {
        Answer = new();
        _ = refresher.RunAsync();
        var old = await AskedAsync();

        refresher.AskNow();

        await AskedAsync();
        Assert.True(old.IsCancellationRequested);
    }

    [Fact]
    public async Task Refresher_ends_when_it_is_disposed()
    {
        Answer = new();
        var run = refresher.RunAsync();
        await AskedAsync();

        refresher.Dispose();

        await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task<CancellationToken> AskedAsync() =>
        await asked.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>The delay may not have begun yet when the time is moved: move it until it has passed.</summary>
    private async Task AskedAfterAsync(TimeSpan span)
    {
        var next = AskedAsync();
        for (var moved = TimeSpan.Zero; !next.IsCompleted && moved < 20 * span; moved += Pause)
        {
            time.Advance(Pause);
            await Task.Yield();
        }

        await next;
    }
}
