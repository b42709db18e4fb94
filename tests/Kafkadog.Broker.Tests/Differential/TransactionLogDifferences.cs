using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>What transactions leave in the logs, and what administrators see and end of them.</summary>
public sealed class TransactionLogDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("Fetch", To = 12)]
    public Task Readers_see_markers_and_are_told_what_was_aborted(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var (one, other) = (await TransactionSteps.StartedAsync(kafka), await TransactionSteps.StartedAsync(kafka, what: "other"));
        await one.ProduceAsync(topic, 0);
        await other.ProduceAsync(topic, 0);
        await other.EndAsync(commit: false, 5);
        await other.UntilAsync("CompleteAbort");
        await FetchAsync(kafka, version, topic, 0);
        await one.EndAsync(commit: true, 5);
        await one.UntilAsync("CompleteCommit");
        one.Epoch++;
        await one.ProduceAsync(topic, 0);
        await FetchAsync(kafka, version, topic, 0);
        await FetchAsync(kafka, version, topic, 2);
        await FetchAsync(kafka, version, topic, 4);
    });

    [Theory, Versions("ListOffsets", From = 2)]
    public Task Offsets_stop_before_an_open_transaction(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.ProduceAsync(topic, 0);
        await producer.EndAsync(commit: true, 5);
        await producer.UntilAsync("CompleteCommit");
        producer.Epoch++;
        await producer.ProduceAsync(topic, 0);
        foreach (var timestamp in (long[])[-1, -2, 0, DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()])
        {
            foreach (sbyte isolation in (sbyte[])[0, 1])
            {
                await kafka.AskAsync<ListOffsetsResponse>(version, new ListOffsetsRequest
                {
                    ReplicaId = -1, IsolationLevel = isolation, Topics = [new() { Name = topic, Partitions = [new() { Timestamp = timestamp, CurrentLeaderEpoch = -1 }] }],
                });
            }
        }
    });

    [Theory, Versions("Produce", To = 12)]
    public Task Batch_for_a_partition_that_was_not_added(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.ProduceAsync(topic, 0, version: version);
        await producer.UntilAsync(version < 12 ? "Empty" : "Ongoing");
    });

    [Theory, Versions("Produce", To = 12)]
    public Task Batches_within_a_transaction(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(topic);
        await producer.ProduceAsync(topic, 0, version: version);
        await producer.ProduceAsync(topic, 0, version: version);
        await producer.ProduceAsync(topic, 2, version: version);
        await producer.ProduceAsync(topic, 1, version: version, transactional: false);
        await producer.ProduceAsync(topic, 1, version: version, change: request => request.TransactionalId = null);
        await producer.ProduceAsync(topic, 1, version: version, change: request => request.TransactionalId = kafka.Name("other"));
        await producer.ProduceAsync(topic, 1, version: version, change: request => request.Acks = 1);
        await producer.As(producer.ProducerId, 3).ProduceAsync(topic, 0, version: version);
    });

    [Theory, Versions("WriteTxnMarkers")]
    public Task Markers_of_an_administrator(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(2);
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.ProduceAsync(topic, 0);
        await MarkAsync(kafka, version, Marker(producer, topic, [0, 1], coordinatorEpoch: 3), Marker(producer.As(producer.ProducerId + 2_000_000, 0), topic, [1]));
        await MarkAsync(kafka, version, Marker(producer, topic, [7], coordinatorEpoch: 3));
        await MarkAsync(kafka, version, Marker(producer, kafka.Name("missing"), [0], coordinatorEpoch: 3));
        await MarkAsync(kafka, version, Marker(producer, topic, [0], coordinatorEpoch: 2));
        await MarkAsync(kafka, version, Marker(producer.As(producer.ProducerId + 1_000_000, 0), topic, [1], coordinatorEpoch: 0, commit: true));
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(topic, 0));
        await FetchAsync(kafka, 11, topic, 0);
    });

    [Fact]
    public Task Markers_of_V2_raise_the_epoch() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka, 5);
        await producer.ProduceAsync(topic, 0);
        await MarkAsync(kafka, 2, Marker(producer, topic, [0], transactionVersion: 2));
        await MarkAsync(kafka, 2, Marker(producer.As(producer.ProducerId, 1), topic, [0], transactionVersion: 2));
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(topic, 0));
        await producer.ProduceAsync(topic, 1);
        await FetchAsync(kafka, 11, topic, 0);
    }, Known.RefusedBatches);

    [Fact]
    public Task Producers_are_described() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(2);
        var producer = await TransactionSteps.StartedAsync(kafka);
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(topic, 0, 1));
        await producer.ProduceAsync(topic, 0);
        await producer.ProduceAsync(topic, 1);
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(topic, 0, 1));
        await producer.EndAsync(commit: true, 5);
        await producer.UntilAsync("CompleteCommit");
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(topic, 0, 7, -1), anyOrder: true);
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers(kafka.Name("missing"), 0));
        await kafka.AskAsync<DescribeProducersResponse>(0, Producers("not/legal", 0));
    });

    [Fact]
    public Task Transactions_are_described() => CompareAsync(async kafka =>
    {
        // The answer about a transaction that is missing has producer id 0, and so has the first producer of a broker: here it is another.
        await kafka.TellUntilAsync<InitProducerIdResponse>(4, new InitProducerIdRequest { TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 }, answer => answer.ErrorCode == ErrorCode.None);
        var topic = await kafka.CreateTopicAsync(2);
        var (open, aborted) = (await TransactionSteps.StartedAsync(kafka), await TransactionSteps.StartedAsync(kafka, what: "aborted"));
        await open.AddAsync(3, (topic, [0, 1]));
        await open.AddOffsetsAsync(kafka.Name("group"));
        await aborted.AddAsync(topic);
        await aborted.EndAsync(commit: false);
        await aborted.UntilAsync("CompleteAbort");
        await kafka.AskAsync<DescribeTransactionsResponse>(
            0, new DescribeTransactionsRequest { TransactionalIds = [open.TransactionalId, aborted.TransactionalId, kafka.Name("missing"), open.TransactionalId] }, anyOrder: true);
        await kafka.AskAsync<DescribeTransactionsResponse>(0, new DescribeTransactionsRequest { TransactionalIds = [""] });
        await kafka.AskAsync<DescribeTransactionsResponse>(0, new DescribeTransactionsRequest { TransactionalIds = [] });
    });

    [Theory, Versions("ListTransactions")]
    public Task Transactions_are_listed(short version) => CompareAsync(async kafka =>
    {
        var (open, idle) = (await TransactionSteps.StartedAsync(kafka), await TransactionSteps.StartedAsync(kafka, what: "idle"));
        await open.AddAsync(await kafka.CreateTopicAsync());
        await ListAsync(new ListTransactionsRequest());
        await ListAsync(new ListTransactionsRequest { StateFilters = ["Ongoing"] });
        await ListAsync(new ListTransactionsRequest { StateFilters = ["Empty", "CompleteCommit", "Nonsense", ""] });
        await ListAsync(new ListTransactionsRequest { StateFilters = ["ongoing"] });
        await ListAsync(new ListTransactionsRequest { StateFilters = ["Dead", "PrepareEpochFence"] });
        await ListAsync(new ListTransactionsRequest { ProducerIdFilters = [idle.ProducerId, 5_000_000] });
        await ListAsync(new ListTransactionsRequest { StateFilters = ["Ongoing"], ProducerIdFilters = [idle.ProducerId] });
        foreach (var duration in version < 1 ? [] : (long[])[-1, -5, 0, 3_600_000])
        {
            await ListAsync(new ListTransactionsRequest { StateFilters = duration == 0 ? ["Empty"] : [], DurationFilter = duration });
        }

        foreach (var pattern in version < 2 ? [] : (string[])["", ".*", kafka.Name("t") + ".*", kafka.Name("t"), ".*idle$", "(", "a)(b", "[", "(?i).*IDLE", @"\p{L}.*"])
        {
            await ListAsync(new ListTransactionsRequest { TransactionalIdPattern = pattern });
        }

        async Task ListAsync(ListTransactionsRequest request)
        {
            var answer = await kafka.TellAsync<ListTransactionsResponse>(version, request);
            answer.TransactionStates.RemoveAll(one => one.TransactionalId != open.TransactionalId && one.TransactionalId != idle.TransactionalId);
            kafka.Note($"ListTransactions v{version}", answer, anyOrder: true);
        }
    });

    private static Task FetchAsync(Conversation kafka, short version, string topic, long offset)
    {
        var request = ApiClient.Fetch(topic, offset, maxWaitMs: 0);
        request.IsolationLevel = 1;
        return kafka.AskAsync<FetchResponse>(version, request);
    }

    private static WriteTxnMarkersRequestMarker Marker(
        TransactionSteps producer, string topic, int[] partitions, int coordinatorEpoch = 0, bool commit = false, sbyte transactionVersion = 0) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.Epoch,
        TransactionResult = commit,
        CoordinatorEpoch = coordinatorEpoch,
        TransactionVersion = transactionVersion,
        Topics = [new WriteTxnMarkersRequestTopic { Name = topic, PartitionIndexes = [.. partitions] }],
    };

    private static Task MarkAsync(Conversation kafka, short version, params WriteTxnMarkersRequestMarker[] markers) =>
        kafka.AskAsync<WriteTxnMarkersResponse>(version, new WriteTxnMarkersRequest { Markers = [.. markers] }, anyOrder: true);

    private static DescribeProducersRequest Producers(string topic, params int[] partitions) =>
        new() { Topics = [new DescribeProducersRequestTopic { Name = topic, PartitionIndexes = [.. partitions] }] };
}
