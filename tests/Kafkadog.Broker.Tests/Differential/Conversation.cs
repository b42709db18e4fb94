using System.Text.Json.Nodes;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>What one case says to one broker, and what that answers. Only what is asked with <see cref="AskAsync"/> is compared.</summary>
/// <param name="port">Of the broker.</param>
/// <param name="prefix">Of the names of the case.</param>
/// <param name="cancel">Ends it.</param>
/// <param name="connect">Connects and logs in, where that is needed.</param>
internal sealed class Conversation(int port, string prefix, CancellationToken cancel, Func<Task<WireClient>>? connect = null) : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(5);

    private readonly MessageJson _json = new(new Symbols(port));
    private readonly List<WireClient> _clients = [];
    private WireClient? _client;

    /// <summary>The steps in order: a label and the answer.</summary>
    public List<(string Label, JsonNode? Answer)> Transcript { get; } = [];

    public CancellationToken Cancel => cancel;

    public string Servers => $"127.0.0.1:{port}";

    /// <summary>A name nobody else uses, the same with both brokers.</summary>
    public string Name(string what = "topic") => $"{prefix}-{what}";

    /// <summary>Asks on the connection of this conversation, and notes the answer. A connection the broker closes ends the case.</summary>
    /// <param name="anyOrder">The elements of arrays come in the order of a hash table, which nobody can rely on.</param>
    public async Task<TResponse> AskAsync<TResponse>(short version, IMessage request, bool anyOrder = false)
        where TResponse : IMessage<TResponse>
    {
        var label = $"{Schema<TResponse>().Name} v{version}";
        try
        {
            var response = await TellAsync<TResponse>(version, request);
            Note(label, response, anyOrder);
            return response;
        }
        catch (IOException)
        {
            Transcript.Add((label, "the broker closed the connection"));
            throw new ConversationEndedException();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Transcript.Add((label, "the broker did not answer"));
            throw new ConversationEndedException();
        }
    }

    /// <summary>The same without a note: to set something up, or where the test picks what to note.</summary>
    public async Task<TResponse> TellAsync<TResponse>(short version, IMessage request)
        where TResponse : IMessage<TResponse> =>
        await (await ClientAsync()).AskAsync<TResponse>(Schema<TResponse>(), version, request, cancel);

    /// <summary>Asks until the answer is as wanted, because Apache Kafka answers some requests before it has acted on them; notes that answer.</summary>
    public async Task<TResponse> AskUntilAsync<TResponse>(short version, IMessage request, Func<TResponse, bool> settled, bool anyOrder = false)
        where TResponse : IMessage<TResponse>
    {
        var response = await TellUntilAsync(version, request, settled);
        Note($"{Schema<TResponse>().Name} v{version}", response, anyOrder);
        return response;
    }

    public async Task<TResponse> TellUntilAsync<TResponse>(short version, IMessage request, Func<TResponse, bool> settled)
        where TResponse : IMessage<TResponse>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(WireClient.Patience);
        using var again = new PeriodicTimer(Again);
        while (true)
        {
            var response = await TellAsync<TResponse>(version, request);
            if (settled(response))
            {
                return response;
            }

            await again.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Sends bytes on a connection of their own and notes whether the broker answers or closes.</summary>
    public async Task SendAsync(string label, byte[] frame)
    {
        using var client = await WireClient.ConnectAsync(port, cancel);
        await client.SendAsync(frame, cancel);
        Note(label, await client.ReceiveAsync(cancel) is { } answer ? $"answers {Convert.ToHexString(answer)}" : "the broker closed the connection");
    }

    /// <summary>From here on another connection is used.</summary>
    public void Reconnect() => _client = null;

    public void Note(string label, object? answer, bool anyOrder = false)
    {
        var json = _json.Of(answer);
        Transcript.Add((label, anyOrder ? Sorted(json) : json));
    }

    /// <summary>Makes a topic and waits until its partitions can be written.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, string what = "topic", params (string Name, string Value)[] configs)
    {
        var topic = Name(what);
        var request = new CreateTopicsRequest
        {
            Topics =
            [
                new CreateTopicsRequestTopic
                {
                    Name = topic,
                    NumPartitions = partitions,
                    ReplicationFactor = 1,
                    Configs = [.. configs.Select(config => new CreateTopicsRequestConfig { Name = config.Name, Value = config.Value })],
                },
            ],
        };
        var created = await TellAsync<CreateTopicsResponse>(7, request);
        Assert.Equal((ErrorCode.None, null), (created.Topics[0].ErrorCode, created.Topics[0].ErrorMessage));
        await SettleAsync(topic, partitions);
        return topic;
    }

    /// <summary>Waits until the topic has that many partitions that can be written.</summary>
    public async Task SettleAsync(string topic, int partitions)
    {
        var ask = new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics = [new ListOffsetsRequestTopic { Name = topic, Partitions = [.. Enumerable.Range(0, partitions).Select(at => new ListOffsetsRequestPartition { PartitionIndex = at, Timestamp = -1 })] }],
        };
        await TellUntilAsync<ListOffsetsResponse>(7, ask, answer => answer.Topics[0].Partitions.TrueForAll(partition => partition.ErrorCode == ErrorCode.None));
    }

    public async Task<Guid> TopicIdAsync(string topic)
    {
        var answer = await TellAsync<MetadataResponse>(12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false });
        return answer.Topics[0].TopicId;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Task.CompletedTask;
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(element => Sorted(element?.DeepClone())).OrderBy(element => element?.ToJsonString(), StringComparer.Ordinal)]),
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value?.DeepClone())))),
        _ => node,
    };

    private async Task<WireClient> ClientAsync()
    {
        if (_client is null)
        {
            _client = await (connect?.Invoke() ?? WireClient.ConnectAsync(port, cancel));
            _clients.Add(_client);
        }

        return _client;
    }

    private static ApiSchema Schema<TResponse>() => ApiSchemas.All.Single(api => $"{api.Name}Response" == typeof(TResponse).Name);
}

/// <summary>The broker closed the connection, which the transcript tells: nothing more can be asked.</summary>
internal sealed class ConversationEndedException : Exception;
