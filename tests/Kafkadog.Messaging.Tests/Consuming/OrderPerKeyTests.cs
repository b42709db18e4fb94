using System.Collections.Concurrent;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Tests.Support;

namespace Kafkadog.Messaging.Tests.Consuming;

/// <summary>The lanes' promise, with many keys. The lanes know nothing of the database, so one is enough.</summary>
public sealed class OrderPerKeyTests(TestCluster cluster)
{
    [Fact]
    public async Task Events_of_a_key_keep_their_order_and_keys_run_side_by_side()
    {
        const int keys = 1000;
        const int perKey = 50;
        const int lanes = 8;
        const int seed = 4711;
        string[] topics = [await cluster.CreateTopicAsync("events", 3), await cluster.CreateTopicAsync("retry"), await cluster.CreateTopicAsync("dlq")];
        using var database = TestDatabase.Sqlite();
        var seen = new ConcurrentDictionary<string, List<int>>();
        var running = new ConcurrentDictionary<string, int>();
        var overlap = new Overlap();
        var handler = new TestHandler
        {
            OnPrepare = async (received, _, cancellationToken) =>
            {
                Assert.Equal(1, running.AddOrUpdate(received.Key!, 1, (_, count) => count + 1));
                overlap.Change(1);
                // One in ten is slow, which one is drawn from the seed: neighbours overtake each other, if they may.
                var delay = new Random(seed ^ received.Body.GetHashCode() ^ received.EventId.GetHashCode()).Next(100);
                if (delay < 10)
                    await Task.Delay(1 + delay / 3, cancellationToken);
                else
                    await Task.Yield();
                overlap.Change(-1);
                running.AddOrUpdate(received.Key!, 0, (_, count) => count - 1);
                return null;
            },
            OnApply = (received, _) =>
            {
                seen.GetOrAdd(received.Key!, _ => []).Add(int.Parse((string)received.Body));
                return HandleResult.Done;
            },
        };
        var ids = new Random(seed);
        var id = new byte[16];
        using (var producer = cluster.Producer())
        {
            for (var i = 0; i < perKey; i++)
            {
                for (var k = 0; k < keys; k++)
                {
                    ids.NextBytes(id);
                    producer.Produce(topics[0], new() { Key = "key-" + k, Value = TestReader.Bytes(new Guid(id), i.ToString()) });
                }
            }

            producer.Flush(TimeSpan.FromSeconds(30));
        }

        await using var service = await TestService.StartAsync(cluster.Bootstrap, database.Options, handler, "group-" + Guid.NewGuid(), topics, o => o.Lanes = lanes);
        await ConsumerLoopTests.EventuallyAsync(async () => await service.CountAsync("inbox") == keys * perKey, TimeSpan.FromSeconds(90));

        Assert.Equal(keys, seen.Count);
        Assert.All(seen.Values, order => Assert.Equal(Enumerable.Range(0, perKey), order));
        Assert.DoesNotContain(service.Probe.Entries, e => e.Kind == "delivery" && e.Result != DeliveryResult.Ok);
        // Time that handlers took over time in which any ran: serial handling has 1, eight lanes have at most 8.
        Assert.InRange(overlap.Measured, 4, lanes);
    }

    /// <summary>How many ran at once, on average over the time in which any did.</summary>
    private sealed class Overlap
    {
        private readonly Lock gate = new();
        private long since;
        private int now;
        private double work;
        private double busy;

        public double Measured => work / busy;

        public void Change(int by)
        {
            lock (gate)
            {
                var at = TimeProvider.System.GetTimestamp();
                var took = TimeProvider.System.GetElapsedTime(since, at).TotalSeconds;
                if (now > 0)
                {
                    work += now * took;
                    busy += took;
                }

                now += by;
                since = at;
            }
        }
    }
}
