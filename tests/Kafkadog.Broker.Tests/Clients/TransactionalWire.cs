using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>The requests of a transactional producer, one by one, in the version the test wants. Tries again what Apache Kafka answers while it writes markers.</summary>
internal sealed class TransactionalWire(WireClient client, string transactionalId)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string TransactionalId => transactionalId;
    public long ProducerId { get; private set; } = -1;
    public short Epoch { get; set; } = -1;

    public async Task<InitProducerIdResponse> InitAsync(int timeoutMs = 60_000, long producerId = -1, short epoch = -1, short version = 4)
    {
        var request = new InitProducerIdRequest { TransactionalId = transactionalId, TransactionTimeoutMs = timeoutMs, ProducerId = producerId, ProducerEpoch = epoch };
        var response = await AgainAsync(
            () => client.AskAsync<InitProducerIdResponse>(ApiSchemas.InitProducerId, version, request, Cancel), r => r.ErrorCode);
        if (response.ErrorCode is ErrorCode.None)
        {
            (ProducerId, Epoch) = (response.ProducerId, response.ProducerEpoch);
        }

        return response;
    }

    public async Task<ErrorCode> AddAsync(string topic, int partition = 0, short version = 3) =>
        Assert.Single(await AddAsync([new AddPartitionsToTxnRequestV3AndBelowTopic { Name = topic, Partitions = [partition] }], version));

    public async Task<ErrorCode[]> AddAsync(List<AddPartitionsToTxnRequestV3AndBelowTopic> topics, short version = 3)
    {
        var request = new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = transactionalId, V3AndBelowProducerId = ProducerId, V3AndBelowProducerEpoch = Epoch, V3AndBelowTopics = topics,
        };
        var response = await AgainAsync(
            () => client.AskAsync<AddPartitionsToTxnResponse>(ApiSchemas.AddPartitionsToTxn, version, request, Cancel),
            r => r.ResultsByTopicV3AndBelow[0].ResultsByPartition[0].PartitionErrorCode);
        return
        [
            .. topics.SelectMany(topic => topic.Partitions.Select(partition => response.ResultsByTopicV3AndBelow
                .Single(t => t.Name == topic.Name).ResultsByPartition.Single(p => p.PartitionIndex == partition).PartitionErrorCode)),
        ];
    }

    public async Task<ErrorCode> AddOffsetsAsync(string group, short version = 3) => (await AgainAsync(
        () => client.AskAsync<AddOffsetsToTxnResponse>(
            ApiSchemas.AddOffsetsToTxn, version,
            new AddOffsetsToTxnRequest { TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = Epoch, GroupId = group }, Cancel),
        r => r.ErrorCode)).ErrorCode;

    public async Task<ErrorCode> CommitOffsetAsync(
        string group, string topic, long offset, short version = 3, string member = "", int generation = -1, string? instance = null)
    {
        var request = new TxnOffsetCommitRequest
        {
            TransactionalId = transactionalId,
            GroupId = group,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            MemberId = member,
            GenerationId = generation,
            GroupInstanceId = instance,
            Topics = [new TxnOffsetCommitRequestTopic { Name = topic, Partitions = [new TxnOffsetCommitRequestPartition { CommittedOffset = offset, CommittedMetadata = "m" }] }],
        };
        var response = await AgainAsync(
            () => client.AskAsync<TxnOffsetCommitResponse>(ApiSchemas.TxnOffsetCommit, version, request, Cancel), r => r.Topics[0].Partitions[0].ErrorCode);
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    public async Task<EndTxnResponse> EndAsync(bool commit, short version = 3, short? epoch = null, bool again = true)
    {
        var request = new EndTxnRequest { TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = epoch ?? Epoch, Committed = commit };
        Task<EndTxnResponse> Ask() => client.AskAsync<EndTxnResponse>(ApiSchemas.EndTxn, version, request, Cancel);
        return again ? await AgainAsync(Ask, r => r.ErrorCode) : await Ask();
    }

    public async Task<ProduceResponsePartition> ProduceAsync(
        string topic, int sequence, int records = 1, int partition = 0, short version = 9, bool transactional = true, bool tellsId = true)
    {
        var request = ApiClient.Produce(topic, Batch(sequence, records, transactional), partition);
        request.TransactionalId = tellsId ? transactionalId : null;
        var response = await AgainAsync(
            () => client.AskAsync<ProduceResponse>(ApiSchemas.Produce, version, request, Cancel), r => r.Responses[0].PartitionResponses[0].ErrorCode);
        return response.Responses.Single().PartitionResponses.Single();
    }

    public byte[] Batch(int sequence, int records = 1, bool transactional = true)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return RecordBatchWriter.Write(
            [.. Enumerable.Range(0, records).Select(_ => new Kafkadog.Broker.Protocol.Records.Record(now, new byte[2], new byte[5]))],
            producer: new BatchProducer(ProducerId, Epoch, sequence),
            attributes: transactional ? RecordBatch.TransactionalBit : (short)0);
    }

    public async Task<DescribeTransactionsResponseTransactionState> DescribeAsync() => Assert.Single((await client.AskAsync<DescribeTransactionsResponse>(
        ApiSchemas.DescribeTransactions, 0, new DescribeTransactionsRequest { TransactionalIds = [transactionalId] }, Cancel)).TransactionStates);

    /// <summary>Waits until the transaction has ended: Apache Kafka answers EndTxn before that.</summary>
    public async Task<DescribeTransactionsResponseTransactionState> UntilAsync(string state)
    {
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var described = await DescribeAsync();
            if (described.TransactionState == state)
            {
                return described;
            }

            await again.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask, Func<T, ErrorCode> error)
    {
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var response = await ask();
            if (error(response) is not (ErrorCode.ConcurrentTransactions or ErrorCode.NotEnoughReplicas or ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator))
            {
                return response;
            }

            await again.WaitForNextTickAsync(patience.Token);
        }
    }
}
