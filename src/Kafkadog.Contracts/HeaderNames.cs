namespace Kafkadog.Contracts;

/// <summary>
/// Record headers: the shop's own, W3C trace context, and CloudEvents in Kafka's binary mode.
/// <see href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md"/>
/// </summary>
public static class HeaderNames
{
    public const string CorrelationId = "x-correlation-id";
    public const string TraceId = "x-trace-id";
    public const string EventId = "x-event-id";
    public const string EventType = "x-event-type";
    public const string Source = "x-source";
    public const string Timestamp = "x-timestamp";
    public const string CausationId = "x-causation-id";
    public const string SchemaVersion = "x-schema-version";
    public const string UserId = "x-user-id";
    public const string RetryCount = "x-retry-count";
    public const string RetryAt = "x-retry-at";
    public const string RedriveCount = "x-redrive-count";
    public const string OriginalTopic = "x-original-topic";
    public const string OriginalPartition = "x-original-partition";
    public const string OriginalOffset = "x-original-offset";
    public const string FirstFailedAt = "x-first-failed-at";
    public const string FailedService = "x-failed-service";
    public const string ErrorClass = "x-error-class";
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";
    public const string ContentType = "content-type";
    public const string CloudEventsVersion = "ce_specversion";
    public const string CloudEventsId = "ce_id";
    public const string CloudEventsType = "ce_type";
    public const string CloudEventsSource = "ce_source";
    public const string CloudEventsTime = "ce_time";
}
