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
}
