using System.Diagnostics;
using Kafkadog.Messaging.Outbox;

namespace Kafkadog.Messaging.Diagnostics;

/// <summary>Spans after the OpenTelemetry messaging conventions, <see href="https://opentelemetry.io/docs/specs/semconv/messaging/kafka/"/>.</summary>
public static class MessagingActivities
{
    /// <summary>The name to subscribe to.</summary>
    public const string SourceName = "Kafkadog.Messaging";

    internal static readonly ActivitySource Source = new(SourceName);

    internal static Activity? StartSend(OutboxRow row)
    {
        if (!Source.HasListeners())
            return null;

        var parent = ParentOf(row.Event.Headers);
        // The pump's own context must not become the parent.
        var ambient = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity("send " + row.Event.Topic, ActivityKind.Producer, parent);
        Activity.Current = ambient;
        span?.SetTag("messaging.system", "kafka")
            .SetTag("messaging.operation.name", "send")
            .SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", row.Event.Topic)
            .SetTag("messaging.kafka.message.key", row.Event.Key)
            .SetTag("messaging.message.id", row.Event.EventId.ToString());
        return span;
    }

    /// <param name="replayed">A delayed or repeated attempt: a trace of its own that links to the first one.</param>
    internal static Activity? StartProcess(ReceivedRecord record, InboundEvent received, string group, bool replayed)
    {
        if (!Source.HasListeners())
            return null;

        var creation = ParentOf(record.Headers);
        var ambient = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(
            "process " + record.Topic,
            ActivityKind.Consumer,
            replayed ? default : creation,
            links: creation == default ? null : [new ActivityLink(creation)]);
        Activity.Current = ambient;
        span?.SetTag("messaging.system", "kafka")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", record.Topic)
            .SetTag("messaging.destination.partition.id", record.Partition.ToString())
            .SetTag("messaging.consumer.group.name", group)
            .SetTag("messaging.kafka.offset", record.Offset)
            .SetTag("messaging.kafka.message.key", received.Key)
            .SetTag("messaging.message.id", received.EventId.ToString())
            .SetTag("messaging.message.conversation_id", received.CorrelationId.ToString());
        if (record.Value is null)
            span?.SetTag("messaging.kafka.message.tombstone", true);
        return span;
    }

    private static ActivityContext ParentOf(RecordHeaders headers) =>
        ActivityContext.TryParse(headers["traceparent"], headers["tracestate"], isRemote: true, out var context) ? context : default;
}
