using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Confluent.Kafka;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Gateway;

/// <summary>
/// The tail of every business topic, for people who watch. One reader serves all clients and runs only while there is
/// one; it belongs to no group and commits nothing. A client that does not keep up is disconnected, never waited for.
/// </summary>
internal sealed partial class LiveEvents(
    IOptions<MessagingOptions> messaging, IOptions<GatewayOptions> options, ILogger<LiveEvents> logger) : IAsyncDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KafkaTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1);
    private readonly HashSet<Channel<LiveRecord>> clients = [];
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;

    /// <summary>Records appended from now on; null when there are too many clients.</summary>
    /// <exception cref="KafkaException">Kafka did not say where its topics end.</exception>
    public async Task<Channel<LiveRecord>?> SubscribeAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (clients.Count >= options.Value.MaxLiveClients)
            {
                return null;
            }

            var client = Channel.CreateBounded<LiveRecord>(
                new BoundedChannelOptions(options.Value.LiveBuffer) { SingleReader = true, SingleWriter = true });
            if (running.IsCompleted)
            {
                stop?.Dispose();
                stop = new CancellationTokenSource();
                var token = stop.Token;
                var consumer = await Task.Run(OpenAtEnd, cancellationToken);
                running = Task.Factory.StartNew(
                    () => Run(consumer, token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            lock (clients)
            {
                clients.Add(client);
            }

            return client;
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task UnsubscribeAsync(Channel<LiveRecord> client)
    {
        await gate.WaitAsync();
        try
        {
            bool isLast;
            lock (clients)
            {
                clients.Remove(client);
                isLast = clients.Count == 0;
            }

            if (isLast)
            {
                await StopAsync();
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop?.Dispose();
        gate.Dispose();
    }

    private async Task StopAsync()
    {
        if (stop is not null)
        {
            await stop.CancelAsync();
        }

        await running;
    }

    private IConsumer<byte[], byte[]> OpenAtEnd()
    {
        NativeKafka.Load();
        var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig(new Dictionary<string, string>(messaging.Value.Client, StringComparer.Ordinal))
            {
                BootstrapServers = messaging.Value.BootstrapServers,
                ClientId = messaging.Value.ClientId + "-live",
                GroupId = "kafkadog-live", // required by the library; nothing joins or commits
                EnableAutoCommit = false,
                EnableAutoOffsetStore = false,
                AllowAutoCreateTopics = false,
                IsolationLevel = IsolationLevel.ReadCommitted,
                AutoOffsetReset = AutoOffsetReset.Latest,
                FetchWaitMaxMs = 100,
                QueuedMaxMessagesKbytes = 16 * 1024,
            }).Build();
        try
        {
            // Explicit ends: a record appended right after this call is seen, however slow the first fetch.
            consumer.Assign(
                from topic in Topics.All
                where Topics.Business.Contains(topic.Name, StringComparer.Ordinal)
                from partition in Enumerable.Range(0, topic.Partitions)
                let place = new TopicPartition(topic.Name, partition)
                select new TopicPartitionOffset(place, consumer.QueryWatermarkOffsets(place, KafkaTimeout).High));
            return consumer;
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    private void Run(IConsumer<byte[], byte[]> consumer, CancellationToken cancellationToken)
    {
        using (consumer)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    if (consumer.Consume(PollTime) is { } result)
                    {
                        Send(LiveRecord.Of(result));
                    }
                }
                catch (ConsumeException e)
                {
                    ReadFailed(e);
                    if (e.Error.IsFatal)
                    {
                        Disconnect();
                        return;
                    }
                }
            }
        }
    }

    private void Send(LiveRecord record)
    {
        lock (clients)
        {
            clients.RemoveWhere(client =>
            {
                var isTooSlow = !client.Writer.TryWrite(record);
                if (isTooSlow)
                {
                    client.Writer.TryComplete();
                }

                return isTooSlow;
            });
        }
    }

    private void Disconnect()
    {
        lock (clients)
        {
            foreach (var client in clients)
            {
                client.Writer.TryComplete();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The live reader could not read")]
    private partial void ReadFailed(Exception exception);
}

/// <summary>One record as the stream shows it.</summary>
/// <param name="Id">topic/partition/offset.</param>
internal readonly record struct LiveRecord(string Id, string Json)
{
    private const int MaxValueBytes = 64 * 1024;

    public static LiveRecord Of(ConsumeResult<byte[], byte[]> result)
    {
        var headers = new RecordHeaders((result.Message.Headers ?? []).Select(
            h => KeyValuePair.Create(h.Key, h.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "")));
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("topic", result.Topic);
            json.WriteNumber("partition", result.Partition.Value);
            json.WriteNumber("offset", result.Offset.Value);
            json.WriteString("timestamp", Utc.Text(new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero)));
            if (result.Message.Key is { } key)
            {
                json.WriteString("key", Encoding.UTF8.GetString(key));
            }

            if (headers[HeaderNames.EventType] is { } type)
            {
                json.WriteString("type", type);
            }

            if (headers[HeaderNames.CorrelationId] is { } correlationId)
            {
                json.WriteString("correlationId", correlationId);
            }

            WriteValue(json, result.Message.Value);
            json.WriteEndObject();
        }

        return new(
            $"{result.Topic}/{result.Partition.Value}/{result.Offset.Value}", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    // JSON as JSON; anything else, and anything large, as its size.
    private static void WriteValue(Utf8JsonWriter json, byte[]? value)
    {
        json.WriteNumber("valueBytes", value?.Length ?? 0);
        if (value is null || value.Length > MaxValueBytes)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 60 });
            if (System.Text.Unicode.Utf8.IsValid(value))
            {
                json.WritePropertyName("value");
                document.RootElement.WriteTo(json);
            }
        }
        catch (JsonException)
        {
            json.WriteBase64String("rawValue", value);
        }
    }
}
