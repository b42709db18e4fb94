using System.Threading.Channels;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class FlushingTests : StorageTest
{
    [Fact]
    public async Task Topic_deleted_while_its_log_is_flushed_does_not_count_as_a_failed_disk()
    {
        const int Rounds = 200;
        var storage = await OpenAsync();
        for (var round = 0; round < Rounds; round++)
        {
            // The first flush of a log also flushes its directory, which the deletion renames.
            var log = CreateLog(storage, $"orders-{round}");
            await AppendAsync(log, Batch());
            using var both = new Barrier(2);
            var flushing = Task.Run(() =>
            {
                both.SignalAndWait(Cancelled);
                log.Flush();
            }, Cancelled);
            both.SignalAndWait(Cancelled);
            Assert.Equal(Kafkadog.Broker.Protocol.ErrorCode.None, storage.Topics.Delete($"orders-{round}").Error);
            await flushing;
            Assert.Null(log.Failure);
        }
    }

    [Fact]
    public async Task Clock_of_the_interval_runs_only_while_a_log_is_dirty()
    {
        var time = new TimeThatTells();
        var options = new StorageOptions { DataDirectory = Data, FlushMode = FlushMode.Interval };
        var flusher = new LogFlusher(options, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = flusher.RunAsync(stop.Token);
        Assert.Equal(0, time.Timers.Count);

        var log = CreateLog(await OpenAsync());
        for (var offset = 0; offset < 3; offset++)
        {
            await AppendAsync(log, Batch());
            flusher.Enqueue(log);
            await time.Timers.ReadAsync(Cancelled);
            // One flush after the other: what was dirty before this clock began is on the disk. More may be, by the flush of a new log.
            Assert.True(log.RecoveryPoint >= offset, $"{log.RecoveryPoint} of {offset}");
            time.Advance(options.FlushInterval);
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal(0, time.Timers.Count);
    }

    private sealed class TimeThatTells : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Timers => _timers.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Assert.True(_timers.Writer.TryWrite(dueTime));
            return timer;
        }
    }
}
