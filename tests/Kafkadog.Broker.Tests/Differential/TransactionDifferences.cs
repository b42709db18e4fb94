using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>The coordinator of transactions: producers that start, add, end and are fenced, in both ways to run a transaction.</summary>
public sealed class TransactionDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("InitProducerId")]
    public Task Producer_without_a_transactional_id(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<InitProducerIdResponse>(version, new InitProducerIdRequest { TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 });
        await kafka.AskAsync<InitProducerIdResponse>(version, new InitProducerIdRequest { TransactionTimeoutMs = int.MaxValue, ProducerId = -1, ProducerEpoch = -1 });
    });

    [Theory]
    [InlineData(5, -1)]
    [InlineData(-1, 5)]
    [InlineData(5, 5)]
    [InlineData(-1, -1)]
    public Task Producer_without_a_transactional_id_that_goes_on(long producerId, short epoch) => CompareAsync(kafka =>
        kafka.AskAsync<InitProducerIdResponse>(4, new InitProducerIdRequest { TransactionTimeoutMs = 60_000, ProducerId = producerId, ProducerEpoch = epoch }));

    [Theory, Versions("InitProducerId")]
    public Task Producer_starts_again_and_again(short version) => CompareAsync(async kafka =>
    {
        var producer = await TransactionSteps.StartedAsync(kafka, version);
        await producer.InitAsync(version);
        await producer.InitAsync(version, timeoutMs: 30_000);
        await producer.UntilAsync("Empty");
    });

    [Theory, Versions("InitProducerId", From = 3)]
    public Task Producer_goes_on_after_an_error(short version) => CompareAsync(async kafka =>
    {
        var producer = await TransactionSteps.StartedAsync(kafka, version);
        var id = producer.ProducerId;
        await producer.InitAsync(version, producerId: id, epoch: 0);
        await producer.InitAsync(version, producerId: id, epoch: 0);
        await producer.InitAsync(version, producerId: id, epoch: 9);
        await producer.InitAsync(version, producerId: id + 1_000_000, epoch: 1);
        await producer.InitAsync(version, producerId: id, epoch: 1);
        await producer.InitAsync(version, producerId: id, epoch: 0);
        await new TransactionSteps(kafka, kafka.Name("other")).InitAsync(version, producerId: id, epoch: 4);
    });

    [Theory]
    [InlineData("", 60_000, -1, -1)]
    [InlineData("id", 0, -1, -1)]
    [InlineData("id", -1, -1, -1)]
    [InlineData("id", 1, -1, -1)]
    [InlineData("id", 900_000, -1, -1)]
    [InlineData("id", 900_001, -1, -1)]
    [InlineData("id", int.MaxValue, -1, -1)]
    [InlineData("id", 60_000, 5, -1)]
    [InlineData("id", 60_000, -1, 5)]
    [InlineData("id", 60_000, -5, 5)]
    [InlineData("id", 60_000, 5, -5)]
    public Task Start_is_checked(string id, int timeoutMs, long producerId, short epoch) => CompareAsync(async kafka =>
    {
        var producer = new TransactionSteps(kafka, id.Length == 0 ? "" : kafka.Name(id));
        await producer.InitAsync(0, timeoutMs);
        await producer.InitAsync(5, timeoutMs, producerId, epoch);
    });

    [Fact]
    public Task Start_of_an_unstable_version() => CompareAsync(kafka => kafka.SendAsync("InitProducerId v6", Server.WireClient.Frame(
        ApiSchemas.InitProducerId, 6, 1, new InitProducerIdRequest { TransactionalId = kafka.Name("txn"), TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 })));

    [Theory, Versions("InitProducerId")]
    public Task Start_aborts_what_was_left_open(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(topic);
        await producer.ProduceAsync(topic, 0, version: 9);
        await new TransactionSteps(kafka, producer.TransactionalId).InitAsync(version);
        await producer.EndAsync(commit: true);
        await producer.EndAsync(commit: false, version: 5);
        await producer.ProduceAsync(topic, 1, version: 9);
    });

    [Theory, Versions("AddPartitionsToTxn", To = 3)]
    public Task Partitions_are_added(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(3);
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(version, (topic, [0, 2]));
        await producer.AddAsync(version, (topic, [0]));
        await producer.AddAsync(version, (topic, [1, 1]));
        await producer.AddAsync(version, (topic, []));
        await producer.UntilAsync("Ongoing");
    });

    [Theory, Versions("AddPartitionsToTxn", To = 3)]
    public Task Partitions_that_cannot_be_added(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(version, (topic, [0, 9]));
        await producer.AddAsync(version, (topic, [0]), (kafka.Name("missing"), [0, 1]));
        await producer.AddAsync(version, ("not/legal", [0]));
        await producer.AddAsync(version, (topic, [-1]));
        await producer.AddAsync(version, ("__consumer_offsets", [0]));
        await kafka.AskAsync<DescribeTransactionsResponse>(0, new DescribeTransactionsRequest { TransactionalIds = [producer.TransactionalId] });
    });

    [Theory, Versions("AddPartitionsToTxn", To = 3)]
    public Task Partitions_of_somebody_else(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.As(producer.ProducerId, 5).AddAsync(topic, version: version);
        await producer.As(producer.ProducerId, -1).AddAsync(topic, version: version);
        await producer.As(producer.ProducerId + 1_000_000, 0).AddAsync(topic, version: version);
        await new TransactionSteps(kafka, kafka.Name("unknown")) { ProducerId = producer.ProducerId, Epoch = 0 }.AddAsync(topic, version: version);
        await new TransactionSteps(kafka, "") { ProducerId = producer.ProducerId, Epoch = 0 }.AddAsync(topic, version: version);
    });

    [Theory, Versions("AddPartitionsToTxn", From = 4)]
    public Task Brokers_add_and_verify_many(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(2);
        await kafka.TellUntilAsync<FindCoordinatorResponse>(3, new FindCoordinatorRequest { Key = kafka.Name("group") }, answer => answer.ErrorCode is ErrorCode.None);
        var (one, other) = (await TransactionSteps.StartedAsync(kafka), await TransactionSteps.StartedAsync(kafka, what: "other"));
        await AskAsync(one.Broker(verify: true, topic, 0));
        await AskAsync(one.Broker(verify: false, topic, 0), other.Broker(verify: false, topic, 0, 1));
        await AskAsync(one.Broker(verify: true, topic, 0, 1), other.Broker(verify: true, topic, 1));
        await AskAsync(one.Broker(verify: false, topic, 0, 7), other.Broker(verify: true, kafka.Name("missing"), 0));
        await AskAsync(one.As(one.ProducerId, 3).Broker(verify: true, topic, 0), other.As(other.ProducerId, 3).Broker(verify: false, topic, 0));
        await AskAsync(one.As(one.ProducerId + 1_000_000, 0).Broker(verify: true, topic, 0));
        await AskAsync(new TransactionSteps(kafka, kafka.Name("unknown")) { ProducerId = 1, Epoch = 0 }.Broker(verify: true, topic, 0));
        await AskAsync(one.Broker(verify: false, "__consumer_offsets", 0), other.Broker(verify: true, "__consumer_offsets", 0));
        await AskAsync(new TransactionSteps(kafka, "") { ProducerId = 1, Epoch = 0 }.Broker(verify: false, topic, 0));

        Task AskAsync(params AddPartitionsToTxnRequestTransaction[] transactions) =>
            kafka.AskAsync<AddPartitionsToTxnResponse>(version, new AddPartitionsToTxnRequest { Transactions = [.. transactions] }, anyOrder: true);
    });

    [Theory, Versions("AddOffsetsToTxn")]
    public Task Offsets_are_made_part_of_it(short version) => CompareAsync(async kafka =>
    {
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.As(producer.ProducerId, 5).AddOffsetsAsync(kafka.Name("group"), version);
        await producer.As(producer.ProducerId + 1_000_000, 0).AddOffsetsAsync(kafka.Name("group"), version);
        await new TransactionSteps(kafka, kafka.Name("unknown")) { ProducerId = producer.ProducerId, Epoch = 0 }.AddOffsetsAsync(kafka.Name("group"), version);
        await new TransactionSteps(kafka, "") { ProducerId = producer.ProducerId, Epoch = 0 }.AddOffsetsAsync(kafka.Name("group"), version);
        await producer.UntilAsync("Empty");
        await producer.AddOffsetsAsync(kafka.Name("group"), version);
        await producer.AddOffsetsAsync(kafka.Name("group"), version);
        await producer.AddOffsetsAsync("", version);
    });

    [Theory, Versions("EndTxn")]
    public Task Transaction_that_nobody_began(short version) => CompareAsync(async kafka =>
    {
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.EndAsync(commit: true, version);
        await producer.EndAsync(commit: false, version);
        await producer.UntilAsync(version < 5 ? "Empty" : "CompleteAbort");
    });

    [Theory, Versions("EndTxn")]
    public Task Transaction_of_somebody_else(short version) => CompareAsync(async kafka =>
    {
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(await kafka.CreateTopicAsync());
        await producer.As(producer.ProducerId, 5).EndAsync(commit: true, version);
        await producer.As(producer.ProducerId, -1).EndAsync(commit: false, version);
        await producer.As(producer.ProducerId + 1_000_000, 0).EndAsync(commit: true, version);
        await new TransactionSteps(kafka, kafka.Name("unknown")) { ProducerId = producer.ProducerId, Epoch = 0 }.EndAsync(commit: true, version);
        await new TransactionSteps(kafka, "") { ProducerId = producer.ProducerId, Epoch = 0 }.EndAsync(commit: true, version);
        await producer.UntilAsync("Ongoing");
    });

    [Theory, Versions("EndTxn", To = 4)]
    public Task Transaction_is_ended_twice_and_the_other_way(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        for (var round = 0; round < 2; round++)
        {
            var commit = round == 0;
            await producer.AddAsync(topic);
            await producer.ProduceAsync(topic, round, version: 9);
            await producer.EndAsync(commit, version);
            await producer.UntilAsync(commit ? "CompleteCommit" : "CompleteAbort");
            await producer.EndAsync(commit, version);
            await producer.EndAsync(!commit, version);
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Transaction_of_V2_raises_the_epoch(bool commit) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka, 5);
        var done = commit ? "CompleteCommit" : "CompleteAbort";
        await producer.ProduceAsync(topic, 0);
        await producer.EndAsync(commit, 5);
        await producer.UntilAsync(done);
        await producer.EndAsync(commit, 5);
        await producer.EndAsync(!commit, 5);
        await producer.ProduceAsync(topic, 1);
        await producer.As(producer.ProducerId, 5).EndAsync(commit, 5);
        producer.Epoch = 1;
        await producer.EndAsync(commit: true, 5);
        await producer.ProduceAsync(topic, 1);
        await producer.ProduceAsync(topic, 0);
        await producer.EndAsync(!commit, 5);
        await producer.UntilAsync(commit ? "CompleteAbort" : "CompleteCommit");
    });

    [Fact]
    public Task Transactions_of_both_ways_follow_each_other() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddAsync(topic);
        await producer.ProduceAsync(topic, 0, version: 11);
        await producer.EndAsync(commit: true, 4);
        await producer.UntilAsync("CompleteCommit");
        await producer.ProduceAsync(topic, 1);
        await producer.EndAsync(commit: true, 5);
        await producer.UntilAsync("CompleteCommit");
        producer.Epoch = 1;
        await producer.AddAsync(topic);
        await producer.ProduceAsync(topic, 0, version: 11);
        await producer.EndAsync(commit: false, 5);
        await producer.UntilAsync("CompleteAbort");
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Fenced_producer_learns_it_everywhere(short version) => CompareAsync(async kafka =>
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.Name("group"));
        var zombie = await TransactionSteps.StartedAsync(kafka);
        await new TransactionSteps(kafka, zombie.TransactionalId).InitAsync(version);
        await zombie.AddAsync(topic, version: version);
        await zombie.AddOffsetsAsync(group, version);
        await zombie.CommitOffsetAsync(group, topic, version);
        await zombie.CommitOffsetAsync(group, topic, 5);
        await zombie.EndAsync(commit: true, version);
        await zombie.EndAsync(commit: false, version);
        await zombie.EndAsync(commit: true, 5);
        await zombie.ProduceAsync(topic, 0, version: 9);
        await zombie.ProduceAsync(topic, 0);
        await zombie.InitAsync(4, producerId: zombie.ProducerId, epoch: 0);
        await zombie.InitAsync(3, producerId: zombie.ProducerId, epoch: 0);
    });
}
