using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Transactions request by request: which error comes when, in which version, and what they leave behind.</summary>
public abstract class TransactionConformance(KafkaTarget target) : IAsyncLifetime
{
    private WireClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await target.StartAsync();
        _client = await WireClient.ConnectAsync(target.Port, Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", 60_000, -1, -1, ErrorCode.InvalidRequest)]
    [InlineData("id", 0, -1, -1, ErrorCode.InvalidTransactionTimeout)]
    [InlineData("id", 900_001, -1, -1, ErrorCode.InvalidTransactionTimeout)]
    [InlineData("id", 60_000, 5, -1, ErrorCode.InvalidRequest)]
    [InlineData("id", 60_000, -1, 5, ErrorCode.InvalidRequest)]
    public async Task InitProducerId_is_refused(string id, int timeoutMs, long producerId, short epoch, object expected)
    {
        var response = await new TransactionalWire(_client, id).InitAsync(timeoutMs, producerId, epoch, version: 5);
        Assert.Equal((expected, -1L, (short)-1), (response.ErrorCode, response.ProducerId, response.ProducerEpoch));
    }

    [Fact]
    public async Task Every_start_of_a_producer_raises_its_epoch_and_fences_the_one_before()
    {
        var topic = await TopicAsync();
        var first = Producer();
        var second = new TransactionalWire(_client, first.TransactionalId);
        Assert.Equal(0, (await first.InitAsync()).ProducerEpoch);
        Assert.Equal(1, (await second.InitAsync(version: 0)).ProducerEpoch);
        Assert.Equal(first.ProducerId, second.ProducerId);
        Assert.Equal([ErrorCode.InvalidProducerEpoch, ErrorCode.ProducerFenced], [await first.AddAsync(topic, version: 1), await first.AddAsync(topic, version: 2)]);
        Assert.Equal([ErrorCode.InvalidProducerEpoch, ErrorCode.ProducerFenced], [await first.AddOffsetsAsync("g", version: 1), await first.AddOffsetsAsync("g", version: 2)]);
        Assert.Equal(
            [ErrorCode.InvalidProducerEpoch, ErrorCode.ProducerFenced, ErrorCode.ProducerFenced],
            [(await first.EndAsync(true, version: 1)).ErrorCode, (await first.EndAsync(true, version: 2)).ErrorCode, (await first.EndAsync(true, version: 5)).ErrorCode]);
        Assert.Equal(
            [ErrorCode.InvalidProducerEpoch, ErrorCode.InvalidProducerEpoch, ErrorCode.InvalidProducerEpoch],
            [(await first.ProduceAsync(topic, 0)).ErrorCode, (await first.ProduceAsync(topic, 0, version: 11)).ErrorCode, (await first.ProduceAsync(topic, 0, version: 12)).ErrorCode]);
        Assert.Equal(
            [ErrorCode.InvalidProducerEpoch, ErrorCode.InvalidProducerEpoch],
            [await first.CommitOffsetAsync("g", topic, 1), await first.CommitOffsetAsync("g", topic, 1, version: 5)]);
    }

    [Fact]
    public async Task Producer_that_goes_on_after_an_error_gets_the_next_epoch_and_the_same_again_when_its_answer_was_lost()
    {
        var producer = Producer();
        await producer.InitAsync();
        var id = producer.ProducerId;
        Assert.Equal(1, (await producer.InitAsync(producerId: id, epoch: 0)).ProducerEpoch);
        Assert.Equal(1, (await producer.InitAsync(producerId: id, epoch: 0)).ProducerEpoch);
        Assert.Equal(ErrorCode.ProducerFenced, (await producer.InitAsync(producerId: id, epoch: 7)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await producer.InitAsync(producerId: id, epoch: 7, version: 3)).ErrorCode);
        Assert.Equal(ErrorCode.ProducerFenced, (await producer.InitAsync(producerId: id + 1_000_000, epoch: 1)).ErrorCode);
        Assert.Equal(2, (await producer.InitAsync()).ProducerEpoch);
        Assert.Equal(ErrorCode.ProducerFenced, (await producer.InitAsync(producerId: id, epoch: 0)).ErrorCode);
        var unknown = await Producer().InitAsync(producerId: id, epoch: 4);
        Assert.Equal((ErrorCode.None, (short)0), (unknown.ErrorCode, unknown.ProducerEpoch));
    }

    [Fact]
    public async Task Unknown_transactional_id_has_no_producer()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await Producer().InitAsync();
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await producer.AddOffsetsAsync("g"));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, (await producer.EndAsync(commit: true)).ErrorCode);
        var end = await producer.EndAsync(commit: true, version: 5);
        Assert.Equal((ErrorCode.InvalidProducerIdMapping, -1L, (short)-1), (end.ErrorCode, end.ProducerId, end.ProducerEpoch));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await producer.CommitOffsetAsync("g", topic, 1));
        Assert.Equal(ErrorCode.TransactionalIdNotFound, (await producer.DescribeAsync()).ErrorCode);
    }

    [Fact]
    public async Task Transaction_that_nobody_began_cannot_be_committed_and_V2_may_abort_it()
    {
        var producer = Producer();
        await producer.InitAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: true)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: false)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: true, version: 5)).ErrorCode);
        var aborted = await producer.EndAsync(commit: false, version: 5);
        Assert.Equal((ErrorCode.None, producer.ProducerId, (short)1), (aborted.ErrorCode, aborted.ProducerId, aborted.ProducerEpoch));
        Assert.Equal(1, (await producer.UntilAsync("CompleteAbort")).ProducerEpoch);
    }

    [Fact]
    public async Task Partitions_are_added_all_or_none()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        Assert.Equal(
            [ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition],
            await producer.AddAsync([new() { Name = topic, Partitions = [0, 9] }, new() { Name = topic + "-missing", Partitions = [0] }]));
        Assert.Equal("Empty", (await producer.DescribeAsync()).TransactionState);
    }

    [Theory]
    [InlineData(9, ErrorCode.InvalidTxnState)]
    [InlineData(10, ErrorCode.InvalidTxnState)]
    [InlineData(11, ErrorCode.TransactionAbortable)]
    [InlineData(12, ErrorCode.None)]
    public async Task Batch_for_a_partition_that_was_not_added(short version, object expected)
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        Assert.Equal(expected, (await producer.ProduceAsync(topic, 0, version: version)).ErrorCode);
        Assert.Equal(version >= 12 ? "Ongoing" : "Empty", (await producer.DescribeAsync()).TransactionState);
    }

    [Fact]
    public async Task Transactional_batch_without_a_transactional_id_is_refused()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.AddAsync(topic);
        Assert.Equal(ErrorCode.TransactionalIdAuthorizationFailed, (await producer.ProduceAsync(topic, 0, tellsId: false)).ErrorCode);
    }

    [Fact]
    public async Task Plain_batch_and_gap_inside_a_transaction_are_refused()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.AddAsync(topic);
        Assert.Equal(ErrorCode.None, (await producer.ProduceAsync(topic, 0)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.ProduceAsync(topic, 1, transactional: false)).ErrorCode);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await producer.ProduceAsync(topic, 2)).ErrorCode);
        Assert.Equal(0, (await producer.ProduceAsync(topic, 0)).BaseOffset);
        Assert.Equal(1, (await producer.ProduceAsync(topic, 1)).BaseOffset);
    }

    [Fact]
    public async Task End_may_be_repeated_but_not_reversed()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.AddAsync(topic);
        Assert.Equal(ErrorCode.None, (await producer.EndAsync(commit: true)).ErrorCode);
        await producer.UntilAsync("CompleteCommit");
        Assert.Equal(ErrorCode.None, (await producer.EndAsync(commit: true)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: false)).ErrorCode);
        Assert.Equal(0, (await producer.DescribeAsync()).ProducerEpoch);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_of_V2_raises_the_epoch_once_however_often_it_is_sent(bool commit)
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.ProduceAsync(topic, 0, version: 12);
        for (var time = 0; time < 2; time++)
        {
            var ended = await producer.EndAsync(commit, version: 5, epoch: 0);
            Assert.Equal((ErrorCode.None, producer.ProducerId, (short)1), (ended.ErrorCode, ended.ProducerId, ended.ProducerEpoch));
            await producer.UntilAsync(commit ? "CompleteCommit" : "CompleteAbort");
        }

        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(!commit, version: 5, epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.ProducerFenced, (await producer.EndAsync(commit, version: 5, epoch: 5)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: true, version: 5, epoch: 1)).ErrorCode);

        producer.Epoch = 1;
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await producer.ProduceAsync(topic, 1, version: 12)).ErrorCode);
        Assert.Equal(2, (await producer.ProduceAsync(topic, 0, version: 12)).BaseOffset);
        producer.Epoch = 0;
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await producer.ProduceAsync(topic, 1, version: 12)).ErrorCode);
    }

    [Theory]
    [InlineData(9, 3)]
    [InlineData(12, 5)]
    public async Task Successor_aborts_what_was_left_open(short produce, short end)
    {
        var topic = await TopicAsync();
        var first = Producer();
        var second = new TransactionalWire(_client, first.TransactionalId);
        await first.InitAsync();
        if (produce < 12)
        {
            await first.AddAsync(topic);
        }

        await first.ProduceAsync(topic, 0, version: produce);
        Assert.Equal(2, (await second.InitAsync()).ProducerEpoch);
        Assert.Equal(ErrorCode.ProducerFenced, (await first.EndAsync(commit: true, version: end)).ErrorCode);
        Assert.Equal(ErrorCode.ProducerFenced, (await first.EndAsync(commit: false, version: end)).ErrorCode);
        Assert.Equal((2, 2, 1), await EndsAsync(topic));
    }

    [Fact]
    public async Task Transaction_that_is_open_for_too_long_is_aborted_and_its_producer_learns_it()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync(timeoutMs: 100);
        await producer.ProduceAsync(topic, 0, version: 12);
        Assert.Equal(1, (await producer.UntilAsync("CompleteAbort")).ProducerEpoch);
        Assert.Equal((2, 2, 1), await EndsAsync(topic));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await producer.ProduceAsync(topic, 1, version: 12)).ErrorCode);
        Assert.Equal(ErrorCode.ProducerFenced, (await producer.EndAsync(commit: true)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTxnState, (await producer.EndAsync(commit: true, version: 5)).ErrorCode);
        // An abort of V2 cannot tell it from the answer that was lost, and the producer goes on.
        var aborted = await producer.EndAsync(commit: false, version: 5);
        Assert.Equal((ErrorCode.None, (short)1), (aborted.ErrorCode, aborted.ProducerEpoch));
    }

    [Fact]
    public async Task Readers_of_committed_records_stop_before_an_open_transaction_and_are_told_the_aborted_ones()
    {
        var topic = await TopicAsync();
        var (one, other) = (Producer(), Producer());
        await one.InitAsync();
        await other.InitAsync();
        await one.AddAsync(topic);
        await other.AddAsync(topic);
        await one.ProduceAsync(topic, 0, records: 2);
        await other.ProduceAsync(topic, 0);
        await one.ProduceAsync(topic, 2);
        await other.EndAsync(commit: false);
        await other.UntilAsync("CompleteAbort");
        Assert.Equal((5, 0, 0), await EndsAsync(topic));
        await one.EndAsync(commit: false);
        await one.UntilAsync("CompleteAbort");
        await one.AddAsync(topic);
        await one.ProduceAsync(topic, 3);
        Assert.Equal((7, 6, 2), await EndsAsync(topic));

        var committed = await FetchAsync(topic, 0, committed: true);
        Assert.Equal([(other.ProducerId, 2L), (one.ProducerId, 0L)], committed.AbortedTransactions!.Select(a => (a.ProducerId, a.FirstOffset)));
        Assert.Equal([(one.ProducerId, 0L)], (await FetchAsync(topic, 5, committed: true)).AbortedTransactions!.Select(a => (a.ProducerId, a.FirstOffset)));
        Assert.Equal((0, 6L), ((await FetchAsync(topic, 6, committed: true)).Records!.Value.Length, committed.LastStableOffset));
        Assert.Null((await FetchAsync(topic, 0, committed: false)).AbortedTransactions);
        await one.EndAsync(commit: true);
        await one.UntilAsync("CompleteCommit");
        Assert.Equal((8, 8, 2), await EndsAsync(topic));
    }

    [Fact]
    public async Task Parked_reader_wakes_when_the_transaction_ends()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.ProduceAsync(topic, 0, version: 12);
        using var reader = await WireClient.ConnectAsync(target.Port, Cancel);
        var request = ApiClient.Fetch(topic, 0, maxWaitMs: 15_000);
        request.IsolationLevel = 1;
        var parked = reader.FetchAsync(request, Cancel);
        await producer.EndAsync(commit: true, version: 5);
        Assert.NotEqual(0, (await parked.WaitAsync(TimeSpan.FromSeconds(10), Cancel)).Records!.Value.Length);
    }

    [Fact]
    public async Task Offsets_count_when_the_transaction_commits_and_are_unstable_until_then()
    {
        var (topic, group) = (await TopicAsync(), $"group-{Guid.NewGuid():N}");
        var producer = Producer();
        await producer.InitAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.CommitOffsetAsync(group, topic, 3));
        Assert.Equal(ErrorCode.TransactionAbortable, await producer.CommitOffsetAsync(group, topic, 3, version: 4));
        Assert.Equal(ErrorCode.None, await producer.AddOffsetsAsync(group));
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 3));
        Assert.Equal((ErrorCode.UnstableOffsetCommit, -1L), await FetchOffsetAsync(group, topic, stable: true));
        Assert.Equal((ErrorCode.None, -1L), await FetchOffsetAsync(group, topic, stable: false));
        await producer.EndAsync(commit: true);
        await producer.UntilAsync("CompleteCommit");
        Assert.Equal((ErrorCode.None, 3L), await FetchOffsetAsync(group, topic, stable: true));

        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 9, version: 5));
        Assert.Equal((ErrorCode.None, 3L), await FetchOffsetAsync(group, topic, stable: false));
        var describes = await producer.DescribeAsync();
        Assert.Equal(("Ongoing", "__consumer_offsets"), (describes.TransactionState, Assert.Single(describes.Topics).Topic));
        await producer.EndAsync(commit: false, version: 5);
        await producer.UntilAsync("CompleteAbort");
        Assert.Equal((ErrorCode.None, 3L), await FetchOffsetAsync(group, topic, stable: true));
    }

    [Fact]
    public async Task Commit_of_a_member_that_lost_its_partitions_is_fenced_by_the_generation()
    {
        var (topic, group) = (await TopicAsync(), $"group-{Guid.NewGuid():N}");
        var producer = Producer();
        await producer.InitAsync();
        var join = new JoinGroupRequest
        {
            GroupId = group, SessionTimeoutMs = 30_000, RebalanceTimeoutMs = 30_000, ProtocolType = "consumer",
            Protocols = [new JoinGroupRequestProtocol { Name = "range", Metadata = new byte[] { 0, 1, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0 } }],
        };
        var joined = await _client.AskAsync<JoinGroupResponse>(ApiSchemas.JoinGroup, 3, join, Cancel);
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.Equal(ErrorCode.IllegalGeneration, await producer.CommitOffsetAsync(group, topic, 1, version: 5, joined.MemberId, joined.GenerationId + 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await producer.CommitOffsetAsync(group, topic, 1, version: 5, "stranger", joined.GenerationId));
        Assert.Equal(ErrorCode.UnknownMemberId, await producer.CommitOffsetAsync(group, topic, 1, version: 5, joined.MemberId, joined.GenerationId, "instance"));
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 1, version: 5, joined.MemberId, joined.GenerationId));
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 1, version: 2));
        Assert.Equal(ErrorCode.IllegalGeneration, await producer.CommitOffsetAsync(group + "-missing", topic, 1, version: 5, "m", 3));
    }

    [Fact]
    public async Task Brokers_may_add_and_verify_many_transactions_in_one_request()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        Task<ErrorCode[]> AskAsync(short version, bool verify, params int[] partitions) => AddManyAsync(producer, topic, version, verify, partitions);
        Assert.Equal([ErrorCode.TransactionAbortable], await AskAsync(4, true, 0));
        Assert.Equal([ErrorCode.None], await AskAsync(5, false, 0));
        Assert.Equal([ErrorCode.None, ErrorCode.TransactionAbortable], await AskAsync(5, true, 0, 1));
        Assert.Equal([ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition], await AskAsync(5, false, 0, 7));
        producer.Epoch++;
        Assert.Equal([ErrorCode.ProducerFenced], await AskAsync(4, true, 0));
        Assert.Equal([ErrorCode.ProducerFenced], await AskAsync(4, false, 0));
    }

    [Fact]
    public async Task Markers_of_an_administrator_end_a_hanging_transaction()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync();
        await producer.ProduceAsync(topic, 0, version: 12);
        Assert.Equal((1, 0, 0), await EndsAsync(topic));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await MarkAsync(producer.ProducerId, 0, topic + "-missing", coordinatorEpoch: 0));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await MarkAsync(producer.ProducerId, 0, topic, coordinatorEpoch: 0, transactionVersion: 2));
        Assert.Equal(ErrorCode.None, await MarkAsync(producer.ProducerId, 0, topic, coordinatorEpoch: 7));
        Assert.Equal((2, 2, 1), await EndsAsync(topic));
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, await MarkAsync(producer.ProducerId, 0, topic, coordinatorEpoch: 6));
        var described = Assert.Single(await ProducersAsync(topic));
        Assert.Equal((producer.ProducerId, 0, 0, 7, -1L), (described.ProducerId, described.ProducerEpoch, described.LastSequence, described.CoordinatorEpoch, described.CurrentTxnStartOffset));
    }

    [Fact]
    public async Task Open_transactions_are_described_and_listed()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        await producer.InitAsync(timeoutMs: 54_321);
        Assert.Equal(-1, (await producer.DescribeAsync()).TransactionStartTimeMs);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await producer.ProduceAsync(topic, 0, version: 12);
        await producer.ProduceAsync(topic, 0, partition: 1, version: 12);
        var described = await producer.DescribeAsync();
        Assert.Equal(
            (ErrorCode.None, "Ongoing", 54_321, producer.ProducerId, (short)0),
            (described.ErrorCode, described.TransactionState, described.TransactionTimeoutMs, described.ProducerId, described.ProducerEpoch));
        Assert.InRange(described.TransactionStartTimeMs, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal([0, 1], Assert.Single(described.Topics).Partitions.Order());
        var active = Assert.Single(await ProducersAsync(topic));
        Assert.Equal((producer.ProducerId, 0, 0, -1, 0L), (active.ProducerId, active.ProducerEpoch, active.LastSequence, active.CoordinatorEpoch, active.CurrentTxnStartOffset));

        Assert.Equal("Ongoing", (await ListAsync(producer, new() { StateFilters = ["Ongoing", "Nonsense"] }, unknown: "Nonsense"))!.TransactionState);
        Assert.NotNull(await ListAsync(producer, new()));
        Assert.Null(await ListAsync(producer, new() { StateFilters = ["Empty", "CompleteCommit"] }));
        Assert.Null(await ListAsync(producer, new() { StateFilters = ["ongoing"] }, unknown: "ongoing"));
        Assert.NotNull(await ListAsync(producer, new() { ProducerIdFilters = [producer.ProducerId] }));
        Assert.Null(await ListAsync(producer, new() { ProducerIdFilters = [producer.ProducerId + 1_000_000] }));
        Assert.Null(await ListAsync(producer, new() { DurationFilter = 3_600_000 }));
        Assert.NotNull(await ListAsync(producer, new() { TransactionalIdPattern = producer.TransactionalId[..8] + ".*" }));
        Assert.NotNull(await ListAsync(producer, new() { TransactionalIdPattern = "" }));
        Assert.Null(await ListAsync(producer, new() { TransactionalIdPattern = producer.TransactionalId[..8] }));
        Assert.Null(await ListAsync(producer, new() { TransactionalIdPattern = "(" }, error: ErrorCode.InvalidRegularExpression));
        Assert.Null(await ListAsync(producer, new() { TransactionalIdPattern = "a)(b" }, error: ErrorCode.InvalidRegularExpression));
    }

    [Fact]
    public async Task Producers_of_what_does_not_exist_cannot_be_described()
    {
        var request = new DescribeProducersRequest
        {
            Topics = [new() { Name = $"missing-{Guid.NewGuid():N}", PartitionIndexes = [0] }, new() { Name = "not/legal", PartitionIndexes = [0] }],
        };
        var response = await _client.AskAsync<DescribeProducersResponse>(ApiSchemas.DescribeProducers, 0, request, Cancel);
        Assert.Equal(
            [ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidTopicException],
            request.Topics.Select(topic => response.Topics.Single(answer => answer.Name == topic.Name).Partitions.Single().ErrorCode));
    }

    [Fact]
    public async Task Produce_by_topic_id_appends_and_names_an_unknown_id()
    {
        var topic = await TopicAsync();
        var metadata = await _client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }] }, Cancel);
        foreach (var (id, expected) in new[] { (metadata.Topics.Single().TopicId, ErrorCode.None), (Guid.NewGuid(), ErrorCode.UnknownTopicId) })
        {
            var request = ApiClient.Produce("", ApiClient.Batch(1));
            request.TopicData[0].TopicId = id;
            var answer = Assert.Single((await _client.AskAsync<ProduceResponse>(ApiSchemas.Produce, 13, request, Cancel)).Responses);
            Assert.Equal((id, expected), (answer.TopicId, Assert.Single(answer.PartitionResponses).ErrorCode));
        }
    }

    [Fact]
    public async Task Broker_has_the_feature_of_transactions_V2()
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" };
        foreach (short version in (short[])[3, 4])
        {
            var response = await _client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, version, request, Cancel);
            Assert.Equal(2, Assert.Single(response.FinalizedFeatures, f => f.Name == "transaction.version").MaxVersionLevel);
            // A range from 0 on cannot be told in v3.
            Assert.Equal(version >= 4 ? [(0, 2)] : [], response.SupportedFeatures.Where(f => f.Name == "transaction.version").Select(f => ((int)f.MinVersion, (int)f.MaxVersion)));
        }
    }

    [Theory]
    [InlineData("transaction.max.timeout.ms", "900000")]
    [InlineData("transactional.id.expiration.ms", "604800000")]
    [InlineData("transaction.state.log.num.partitions", "50")]
    [InlineData("transaction.state.log.segment.bytes", "104857600")]
    [InlineData("transaction.remove.expired.transaction.cleanup.interval.ms", "3600000")]
    public async Task Broker_configuration_has(string name, string value)
    {
        var request = new DescribeConfigsRequest { Resources = [new DescribeConfigsRequestResource { ResourceType = 4, ResourceName = "1", ConfigurationKeys = [name] }] };
        var response = await _client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, Cancel);
        Assert.Equal(value, Assert.Single(Assert.Single(response.Results).Configs).Value);
    }

    private static TransactionalWire Producer(WireClient client) => new(client, $"tx-{Guid.NewGuid():N}");

    private TransactionalWire Producer() => Producer(_client);

    private async Task<string> TopicAsync()
    {
        var topic = $"tx-{Guid.NewGuid():N}";
        await _client.CreateAsync(topic, 2, Cancel);
        // Apache Kafka answers CreateTopics a moment before its partitions and coordinators know the topic.
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var commit = new OffsetCommitRequest
        {
            GroupId = "tx-warm-up",
            GenerationIdOrMemberEpoch = -1,
            Topics = [new OffsetCommitRequestTopic { Name = topic, Partitions = [new OffsetCommitRequestPartition { CommittedOffset = 0 }] }],
        };
        while ((await FetchAsync(topic, 0, committed: false)).ErrorCode is not ErrorCode.None
            || (await _client.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, 7, commit, Cancel)).Topics.Single().Partitions.Single().ErrorCode is not ErrorCode.None)
        {
            await again.WaitForNextTickAsync(Cancel);
        }

        return topic;
    }

    private Task<FetchResponsePartition> FetchAsync(string topic, long offset, bool committed)
    {
        var request = ApiClient.Fetch(topic, offset, maxWaitMs: 0);
        request.IsolationLevel = committed ? (sbyte)1 : (sbyte)0;
        return _client.FetchAsync(request, Cancel);
    }

    /// <summary>The end, the last stable offset, and how many transactions were aborted; of partition 0, by ListOffsets and by Fetch.</summary>
    private async Task<(long End, long Stable, int Aborted)> EndsAsync(string topic)
    {
        var fetched = await FetchAsync(topic, 0, committed: true);
        foreach (var (isolation, expected) in new[] { ((sbyte)0, fetched.HighWatermark), ((sbyte)1, fetched.LastStableOffset) })
        {
            var request = new ListOffsetsRequest
            {
                ReplicaId = -1, IsolationLevel = isolation, Topics = [new ListOffsetsRequestTopic { Name = topic, Partitions = [new ListOffsetsRequestPartition { Timestamp = -1 }] }],
            };
            var listed = await _client.AskAsync<ListOffsetsResponse>(ApiSchemas.ListOffsets, 5, request, Cancel);
            Assert.Equal(expected, listed.Topics.Single().Partitions.Single().Offset);
        }

        return (fetched.HighWatermark, fetched.LastStableOffset, fetched.AbortedTransactions!.Count);
    }

    private async Task<(ErrorCode Error, long Offset)> FetchOffsetAsync(string group, string topic, bool stable)
    {
        var request = new OffsetFetchRequest
        {
            RequireStable = stable,
            Groups = [new OffsetFetchRequestGroup { GroupId = group, Topics = [new OffsetFetchRequestGroupTopic { Name = topic, PartitionIndexes = [0] }] }],
        };
        var response = await _client.AskAsync<OffsetFetchResponse>(ApiSchemas.OffsetFetch, 8, request, Cancel);
        var partition = response.Groups.Single().Topics.Single().Partitions.Single();
        return (partition.ErrorCode, partition.CommittedOffset);
    }

    private async Task<ErrorCode[]> AddManyAsync(TransactionalWire producer, string topic, short version, bool verify, int[] partitions)
    {
        var request = new AddPartitionsToTxnRequest
        {
            Transactions =
            [
                new AddPartitionsToTxnRequestTransaction
                {
                    TransactionalId = producer.TransactionalId, ProducerId = producer.ProducerId, ProducerEpoch = producer.Epoch, VerifyOnly = verify,
                    Topics = [new AddPartitionsToTxnRequestTopic { Name = topic, Partitions = [.. partitions] }],
                },
            ],
        };
        var response = await _client.AskAsync<AddPartitionsToTxnResponse>(ApiSchemas.AddPartitionsToTxn, version, request, Cancel);
        var answers = response.ResultsByTransaction.Single().TopicResults.Single().ResultsByPartition;
        return [.. partitions.Select(partition => answers.Single(answer => answer.PartitionIndex == partition).PartitionErrorCode)];
    }

    private async Task<ErrorCode> MarkAsync(long producerId, short epoch, string topic, int coordinatorEpoch, sbyte transactionVersion = 0)
    {
        var request = new WriteTxnMarkersRequest
        {
            Markers =
            [
                new WriteTxnMarkersRequestMarker
                {
                    ProducerId = producerId, ProducerEpoch = epoch, CoordinatorEpoch = coordinatorEpoch, TransactionVersion = transactionVersion,
                    Topics = [new WriteTxnMarkersRequestTopic { Name = topic, PartitionIndexes = [0] }],
                },
            ],
        };
        var response = await _client.AskAsync<WriteTxnMarkersResponse>(ApiSchemas.WriteTxnMarkers, (short)(transactionVersion > 0 ? 2 : 1), request, Cancel);
        return response.Markers.Single().Topics.Single().Partitions.Single().ErrorCode;
    }

    private async Task<List<DescribeProducersResponseActiveProducer>> ProducersAsync(string topic)
    {
        var request = new DescribeProducersRequest { Topics = [new DescribeProducersRequestTopic { Name = topic, PartitionIndexes = [0] }] };
        var response = await _client.AskAsync<DescribeProducersResponse>(ApiSchemas.DescribeProducers, 0, request, Cancel);
        var partition = response.Topics.Single().Partitions.Single();
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return partition.ActiveProducers;
    }

    private async Task<ListTransactionsResponseTransactionState?> ListAsync(
        TransactionalWire producer, ListTransactionsRequest request, string? unknown = null, ErrorCode error = ErrorCode.None)
    {
        var response = await _client.AskAsync<ListTransactionsResponse>(ApiSchemas.ListTransactions, 2, request, Cancel);
        Assert.Equal(error, response.ErrorCode);
        Assert.Equal(unknown is null ? [] : [unknown], response.UnknownStateFilters);
        return response.TransactionStates.SingleOrDefault(one => one.TransactionalId == producer.TransactionalId);
    }
}

public sealed class TransactionsOnKafkadogTests(EmbeddedTarget target) : TransactionConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class TransactionsOnApacheKafkaTests(ApacheKafka target) : TransactionConformance(target);
