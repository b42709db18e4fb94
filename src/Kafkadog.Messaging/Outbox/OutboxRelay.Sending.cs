using System.Text;
using Confluent.Kafka;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Outbox;

/// <summary>The relay's producer: sends a row, and settles what became of it.</summary>
internal sealed partial class OutboxRelay
{
    private void Produce(OutboxRow row)
    {
        producer ??= Build();
        var message = new Message<byte[]?, byte[]>
        {
            Key = row.Event.Key is { } key ? Encoding.UTF8.GetBytes(key) : null,
            Value = row.Event.Value,
            Headers = ToKafka(row.Event.Headers),
            Timestamp = new Timestamp(row.CreatedAt),
        };
        faults?.Hit(FaultPoint.OutboxBeforeSend, row.Event.Key);
        var span = MessagingActivities.StartSend(row);
        var sentAt = time.GetTimestamp();
        inFlight[row.Seq] = row;
        try
        {
            producer.Produce(row.Event.Topic, message, report => Reported(row, report, span, sentAt));
        }
        catch (KafkaException exception)
        {
            span?.Dispose();
            Failed(row, exception.Error);
        }
    }

    private void Reported(OutboxRow row, DeliveryReport<byte[]?, byte[]> report, System.Diagnostics.Activity? span, long sentAt)
    {
        var error = report.Error;
        metrics.Sent(row.Event.Topic, error.IsError ? error.Code.ToString() : null, time.GetElapsedTime(sentAt));
        span?.Dispose();
        if (error.IsError)
        {
            lock (gate)
            {
                Failed(row, error);
            }

            Wake();
            return;
        }

        faults?.Hit(FaultPoint.OutboxAfterAcknowledge, row.Event.Key);
        bool first;
        bool wakePump;
        lock (gate)
        {
            inFlight.Remove(row.Seq);
            failures = 0;
            if (waiting.Remove(row.Seq) && row.Order is { } key && --waitingKeys[key] == 0)
            {
                waitingKeys.Remove(key);
            }

            first = acknowledged.Count == 0;
            acknowledged.Add(row.Seq);
            wakePump = readBack && inFlight.Count == MaxInMemory / 4;
        }

        if (first)
            AcknowledgementsWaiting?.Invoke();
        if (wakePump)
            Wake();
        Enter(row, report, sentAt);
        Acknowledgement?.Invoke(row.Event);
    }

    private void Enter(OutboxRow row, DeliveryReport<byte[]?, byte[]> report, long sentAt)
    {
        var now = time.GetUtcNow();
        var took = time.GetElapsedTime(sentAt);
        journal.Add(new(JournalKind.Sent, now)
        {
            Topic = row.Event.Topic,
            Partition = report.Partition.Value,
            Offset = report.Offset.Value,
            Key = row.Event.Key,
            EventId = row.Event.EventId,
            Headers = row.Event.Headers,
            Queue = now - took - row.CreatedAt,
            Work = took,
        });
    }

    private void Failed(OutboxRow row, Error error)
    {
        if (!inFlight.Remove(row.Seq))
            return;

        Hold(row);
        if (error.Code == ErrorCode.Local_QueueFull)
        {
            backoff = TimeSpan.FromMilliseconds(20);
            return;
        }

        rebuild |= error.IsFatal;
        failures = Math.Min(failures + 1, 6);
        backoff = TimeSpan.FromSeconds(Math.Min(MaxBackoff.TotalSeconds, Math.Pow(2, failures - 1)));
        failingBecause = $"{row.Event.Topic}: {error.Reason}";
        SendFailed(row.Event.Topic, row.Event.EventId, error.Reason, backoff.TotalSeconds);
    }

    private IProducer<byte[]?, byte[]> Build() => new ProducerBuilder<byte[]?, byte[]>(KafkaClientConfig.Producer(options))
        .SetKeySerializer(Serializers.ByteArray!)
        .SetErrorHandler((_, error) =>
        {
            if (!error.IsFatal)
            {
                ClientError(error.Reason);
                return;
            }

            ProducerFatal(error.Reason);
            lock (gate)
            {
                rebuild = true;
            }

            Wake();
        })
        .SetLogHandler((_, message) => ClientLog(message.Message))
        .Build();

    /// <summary>A fatal error ends an idempotent producer: what it had in flight is sent again by a new one.</summary>
    private void RebuildIfFatal()
    {
        if (!rebuild)
            return;

        rebuild = false;
        var broken = producer;
        producer = null;
        foreach (var row in inFlight.Values)
        {
            Hold(row);
        }

        inFlight.Clear();
        // Its late reports need the gate, so it is disposed elsewhere.
        if (broken is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Dispose(), broken, preferLocal: false);
        }
    }

    private static Headers ToKafka(RecordHeaders headers)
    {
        var result = new Headers();
        foreach (var (key, value) in headers.Entries)
        {
            result.Add(key, RecordHeaders.Encode(value));
        }

        return result;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending {EventId} to {Topic} failed ({Reason}); next try in {BackoffSeconds} s")]
    private partial void SendFailed(string topic, Guid eventId, string reason, double backoffSeconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The producer is of no more use ({Reason}); it is replaced")]
    private partial void ProducerFatal(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Producer: {Reason}")]
    private partial void ClientError(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Producer: {Text}")]
    private partial void ClientLog(string text);
}
