using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Kafkadog.Messaging.Diagnostics;

/// <summary>The instruments of the messaging layer. Labels are few: never an order or an event.</summary>
public sealed class MessagingMetrics
{
    /// <summary>The name to subscribe to.</summary>
    public const string MeterName = "Kafkadog.Messaging";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10],
    };

    private readonly Meter meter;
    private readonly Counter<long> sent;
    private readonly Histogram<double> publishDuration;
    private readonly Counter<long> consumed;
    private readonly Histogram<double> processDuration;
    private readonly Counter<long> duplicates;
    private readonly Counter<long> unknown;
    private readonly Counter<long> rebalances;
    private readonly Counter<long> retries;
    private readonly Histogram<double> retryDelayError;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> staleCompletions;
    private readonly ConcurrentDictionary<(string Group, string Topic, int Partition), long> lag = new();

    public MessagingMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        meter = meters.Create(MeterName);
        sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}");
        consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}");
        processDuration = meter.CreateHistogram("messaging.process.duration", "s", advice: Seconds);
        publishDuration = meter.CreateHistogram("kafkadog.outbox.publish.duration", "s", advice: Seconds);
        duplicates = meter.CreateCounter<long>("kafkadog.inbox.duplicates");
        unknown = meter.CreateCounter<long>("kafkadog.events.unknown");
        rebalances = meter.CreateCounter<long>("kafkadog.rebalances");
        retries = meter.CreateCounter<long>("kafkadog.retries");
        retryDelayError = meter.CreateHistogram("kafkadog.retry.delay.error", "s", advice: Seconds);
        deadLetters = meter.CreateCounter<long>("kafkadog.dlq");
        staleCompletions = meter.CreateCounter<long>("kafkadog.completions.stale");
        meter.CreateObservableGauge("kafkadog.consumer.lag", () => lag.Select(entry => new Measurement<long>(
            entry.Value, Tag("group", entry.Key.Group), Tag("topic", entry.Key.Topic), new("partition", entry.Key.Partition))));
    }

    /// <summary>Records that the group has not committed, as of librdkafka's last statistics.</summary>
    public long LagOf(string group) => lag.Where(entry => string.Equals(entry.Key.Group, group, StringComparison.Ordinal)).Sum(entry => entry.Value);

    internal void ObserveOutbox(Func<int> pending, Func<double> oldestAge)
    {
        meter.CreateObservableGauge("kafkadog.outbox.pending", pending);
        meter.CreateObservableGauge("kafkadog.outbox.oldest.age", oldestAge, "s");
    }

    internal void ObserveScheduled(Func<long> scheduled) => meter.CreateObservableGauge("kafkadog.retry.scheduled", scheduled);

    internal void ObserveConsumers(Func<IEnumerable<ConsumerStatus>> consumers)
    {
        meter.CreateObservableGauge("kafkadog.inflight", () => consumers().Select(c => new Measurement<int>(c.InFlight, Tag("group", c.Group))));
        meter.CreateObservableGauge("kafkadog.paused.partitions", () => consumers().Select(c => new Measurement<int>(c.Paused, Tag("group", c.Group))));
        meter.CreateObservableGauge("kafkadog.partition.blocked", () => consumers().Select(c => new Measurement<int>(c.Blocked, Tag("group", c.Group))));
    }

    internal void Sent(string topic, string? error, TimeSpan took)
    {
        if (sent.Enabled)
            sent.Add(1, error is null ? [Tag("topic", topic)] : [Tag("topic", topic), Tag("error_type", error)]);
        if (publishDuration.Enabled)
            publishDuration.Record(took.TotalSeconds, Tag("topic", topic));
    }

    internal void Consumed(string group, string topic) => consumed.Add(1, Tag("topic", topic), Tag("group", group));

    internal void Processed(string group, string topic, string? eventType, DeliveryResult result, TimeSpan took)
    {
        if (!processDuration.Enabled && !duplicates.Enabled)
            return;

        var type = eventType ?? "unknown";
        processDuration.Record(took.TotalSeconds, new TagList
        {
            { "topic", topic },
            { "group", group },
            { "event_type", type },
            { "result", Name(result) },
        });
        if (result == DeliveryResult.Duplicate)
            duplicates.Add(1, Tag("consumer", group), Tag("event_type", type));
    }

    internal void Unknown(string group, string topic) => unknown.Add(1, Tag("group", group), Tag("topic", topic));

    internal void Rebalanced(string group, string kind) => rebalances.Add(1, Tag("group", group), Tag("kind", kind));

    internal void Retried(string target, int attempt) => retries.Add(1, Tag("target", target), new("attempt", attempt));

    internal void RetryStarted(TimeSpan late) => retryDelayError.Record(late.TotalSeconds);

    internal void DeadLettered(string target, Failure failure) => deadLetters.Add(
        1, Tag("target", target), Tag("kind", failure.Kind.ToString().ToLowerInvariant()), Tag("error_class", failure.ErrorClass));

    internal void StaleCompletion(string group) => staleCompletions.Add(1, Tag("group", group));

    internal void Lag(string group, string topic, int partition, long records) => lag[(group, topic, partition)] = records;

    internal void ForgetLag(string group, string topic, int partition) => lag.TryRemove((group, topic, partition), out _);

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private static string Name(DeliveryResult result) => result switch
    {
        DeliveryResult.Ok => "ok",
        DeliveryResult.Duplicate => "duplicate",
        DeliveryResult.Retry => "retry",
        DeliveryResult.Parked => "parked",
        DeliveryResult.DeadLetter => "dlq",
        _ => "ignored",
    };
}
