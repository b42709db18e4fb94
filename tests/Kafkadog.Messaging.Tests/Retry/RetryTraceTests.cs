using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Kafkadog.Messaging.Diagnostics;
using Kafkadog.Messaging.Tests.Support;

namespace Kafkadog.Messaging.Tests.Retry;

/// <summary>A delayed attempt may come hours later: it is a trace of its own, which links to the one it belongs to.</summary>
public sealed class RetryTraceTests(TestCluster cluster)
{
    [Fact]
    public async Task Each_delayed_attempt_is_a_new_trace_that_links_to_the_first()
    {
        var first = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessagingActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == first.TraceId || span.Links.Any(l => l.Context.TraceId == first.TraceId))
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);

        string[] topics = [await cluster.CreateTopicAsync("events"), await cluster.CreateTopicAsync("retry"), await cluster.CreateTopicAsync("dlq")];
        using var database = TestDatabase.Sqlite();
        await using var service = await TestService.StartAsync(
            cluster.Bootstrap,
            database.Options,
            new TestHandler { OnPrepare = (_, attempt, _) => attempt < 2 ? throw new TimeoutException("not yet") : default },
            "group-" + Guid.NewGuid(),
            topics);
        using (var producer = cluster.Producer())
        {
            await producer.ProduceAsync(
                topics[0],
                new()
                {
                    Key = "k",
                    Value = TestReader.Bytes(Guid.NewGuid(), "late"),
                    Headers = [new Header("traceparent", Encoding.UTF8.GetBytes($"00-{first.TraceId}-{first.SpanId}-01"))],
                },
                TestContext.Current.CancellationToken);
        }

        await service.Probe.DeliveredAsync(topics[0], DeliveryResult.Ok, cancellationToken: TestContext.Current.CancellationToken);

        var attempts = spans.Where(s => s.OperationName == "process " + topics[0]).ToList();
        Assert.Equal(3, attempts.Count);
        Assert.Equal((first.TraceId, first.SpanId), (attempts[0].TraceId, attempts[0].ParentSpanId));
        Assert.All(attempts.Skip(1), retry =>
        {
            Assert.NotEqual(first.TraceId, retry.TraceId);
            Assert.Equal(default, retry.ParentSpanId);
            Assert.Equal(first.TraceId, Assert.Single(retry.Links).Context.TraceId);
        });
        Assert.Equal(3, attempts.Select(s => s.TraceId).Distinct().Count());
        Assert.Equal(["retry.scheduled", "retry.scheduled"], attempts.SelectMany(s => s.Events).Select(e => e.Name));
    }
}
