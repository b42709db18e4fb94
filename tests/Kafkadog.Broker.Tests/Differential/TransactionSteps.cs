using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Apis;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>
/// What a transactional producer asks for, in the version the case wants; every answer is noted. What Apache Kafka answers while it still
/// writes markers, or reads its log, is asked again.
/// </summary>
internal sealed class TransactionSteps(Conversation kafka, string transactionalId)
{
    private static readonly long s_time = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();

    public string TransactionalId => transactionalId;

    public long ProducerId { get; set; } = -1;

    public short Epoch { get; set; } = -1;

    /// <summary>A producer that has its id: the first with that name in the case.</summary>
    public static async Task<TransactionSteps> StartedAsync(Conversation kafka, short version = 4, string what = "txn")
    {
        var producer = new TransactionSteps(kafka, kafka.Name(what));
        await producer.InitAsync(version);
        return producer;
    }

    /// <summary>Another that claims to be the same producer at another epoch.</summary>
    public TransactionSteps As(long producerId, int epoch) => new(kafka, transactionalId) { ProducerId = producerId, Epoch = (short)epoch };

    public async Task<InitProducerIdResponse> InitAsync(short version = 4, int timeoutMs = 60_000, long producerId = -1, short epoch = -1)
    {
        var request = new InitProducerIdRequest { TransactionalId = transactionalId, TransactionTimeoutMs = timeoutMs, ProducerId = producerId, ProducerEpoch = epoch };
        var answer = await kafka.AskUntilAsync<InitProducerIdResponse>(version, request, one => Settled(one.ErrorCode));
        if (answer.ErrorCode is ErrorCode.None)
        {
            (ProducerId, Epoch) = (answer.ProducerId, answer.ProducerEpoch);
        }

        return answer;
    }

    public Task AddAsync(string topic, int partition = 0, short version = 3) => AddAsync(version, (topic, [partition]));

    public Task AddAsync(short version, params (string Topic, int[] Partitions)[] topics) => kafka.AskUntilAsync<AddPartitionsToTxnResponse>(
        version,
        new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = transactionalId,
            V3AndBelowProducerId = ProducerId,
            V3AndBelowProducerEpoch = Epoch,
            V3AndBelowTopics = [.. topics.Select(topic => new AddPartitionsToTxnRequestV3AndBelowTopic { Name = topic.Topic, Partitions = [.. topic.Partitions] })],
        },
        answer => answer.ResultsByTopicV3AndBelow.TrueForAll(topic => topic.ResultsByPartition.TrueForAll(partition => Settled(partition.PartitionErrorCode))),
        anyOrder: true);

    /// <summary>The request of a broker, for this producer's transaction.</summary>
    public AddPartitionsToTxnRequestTransaction Broker(bool verify, string topic, params int[] partitions) => new()
    {
        TransactionalId = transactionalId,
        ProducerId = ProducerId,
        ProducerEpoch = Epoch,
        VerifyOnly = verify,
        Topics = [new AddPartitionsToTxnRequestTopic { Name = topic, Partitions = [.. partitions] }],
    };

    public Task AddOffsetsAsync(string group, short version = 3) => kafka.AskUntilAsync<AddOffsetsToTxnResponse>(
        version,
        new AddOffsetsToTxnRequest { TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = Epoch, GroupId = group },
        answer => Settled(answer.ErrorCode));

    public Task CommitOffsetAsync(string group, string topic, short version = 3, Action<TxnOffsetCommitRequest>? change = null)
    {
        var request = new TxnOffsetCommitRequest
        {
            TransactionalId = transactionalId,
            GroupId = group,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            Topics = [new TxnOffsetCommitRequestTopic { Name = topic, Partitions = [new TxnOffsetCommitRequestPartition { CommittedOffset = 7, CommittedMetadata = "note" }] }],
        };
        change?.Invoke(request);
        return kafka.AskUntilAsync<TxnOffsetCommitResponse>(
            version, request, answer => answer.Topics.TrueForAll(one => one.Partitions.TrueForAll(partition => Settled(partition.ErrorCode))), anyOrder: true);
    }

    public Task<EndTxnResponse> EndAsync(bool commit, short version = 3) => kafka.AskUntilAsync<EndTxnResponse>(
        version,
        new EndTxnRequest { TransactionalId = transactionalId, ProducerId = ProducerId, ProducerEpoch = Epoch, Committed = commit },
        answer => Settled(answer.ErrorCode));

    /// <summary>Appends one record. Version 12 makes the partition part of the transaction by itself (transactions V2).</summary>
    public Task ProduceAsync(string topic, int sequence, int partition = 0, short version = 12, Action<ProduceRequest>? change = null, bool transactional = true)
    {
        var batch = RecordBatchWriter.Write(
            [new Record(s_time, "k"u8.ToArray(), "v"u8.ToArray())], producer: new BatchProducer(ProducerId, Epoch, sequence), attributes: transactional ? RecordBatch.TransactionalBit : (short)0);
        var request = ApiClient.Produce(topic, batch, partition);
        request.TransactionalId = transactionalId;
        change?.Invoke(request);
        return kafka.AskUntilAsync<ProduceResponse>(version, request, answer => Settled(answer.Responses[0].PartitionResponses[0].ErrorCode));
    }

    /// <summary>Waits until the transaction is in a state: Apache Kafka answers EndTxn before it has written the markers.</summary>
    public Task UntilAsync(string state) => kafka.AskUntilAsync<DescribeTransactionsResponse>(
        0, new DescribeTransactionsRequest { TransactionalIds = [transactionalId] }, answer => answer.TransactionStates[0].TransactionState == state, anyOrder: true);

    private static bool Settled(ErrorCode error) => error is not (ErrorCode.ConcurrentTransactions or ErrorCode.NotEnoughReplicas
        or ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator);
}
