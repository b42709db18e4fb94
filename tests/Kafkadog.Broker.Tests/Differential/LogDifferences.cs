using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Clients;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Records: written, read, looked up by time and epoch, deleted.</summary>
public sealed class LogDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    /// <summary>Old enough to be nobody's future, and young enough not to be deleted by retention meanwhile.</summary>
    private static readonly long Time = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();

    [Theory, Versions("Produce")]
    public Task Batches_are_appended_one_after_the_other(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ProduceResponse>(version, await RequestAsync(kafka, version, topic, Batch(0, 1, 2)));
        await kafka.AskAsync<ProduceResponse>(version, await RequestAsync(kafka, version, topic, Batch(3)));
    });

    [Theory, Versions("Produce")]
    public Task Topic_and_partition_that_are_not_there(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ProduceResponse>(version, await RequestAsync(kafka, version, topic, Batch(0), partition: 7));
        await kafka.AskAsync<ProduceResponse>(version, await RequestAsync(kafka, version, kafka.Name("missing"), Batch(0)));
    });

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(127)]
    public Task Acknowledgements_nobody_knows(short acks) => CompareAsync(
        async kafka =>
        {
            var request = await RequestAsync(kafka, 9, await kafka.CreateTopicAsync(), Batch(0));
            request.Acks = acks;
            await kafka.AskAsync<ProduceResponse>(9, request);
        },
        Known.RefusedBatches);

    [Theory]
    [InlineData("crc")]
    [InlineData("length too short")]
    [InlineData("length too long")]
    [InlineData("magic 1")]
    [InlineData("magic 3")]
    [InlineData("count 0")]
    [InlineData("count too high")]
    [InlineData("last offset delta")]
    [InlineData("control")]
    [InlineData("two batches")]
    [InlineData("cut off")]
    [InlineData("empty")]
    [InlineData("base offset 100")]
    [InlineData("leader epoch 7")]
    [InlineData("negative sequence")]
    public Task Batch_is_checked(string what) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var answer = await kafka.TellAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, Broken(what)));
        kafka.Note("answer", (object[])[answer.Responses[0].PartitionResponses[0].ErrorCode, answer.Responses[0].PartitionResponses[0].BaseOffset]);
        kafka.Note("log end", (await kafka.TellAsync<ListOffsetsResponse>(7, At(topic, -1))).Topics);
    });

    [Theory]
    [InlineData("log append time")]
    [InlineData("codec 5")]
    public Task Batch_that_Apache_Kafka_takes_or_does_not_understand(string what) => CompareAsync(
        async kafka =>
        {
            var topic = await kafka.CreateTopicAsync();
            await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, Broken(what)));
        },
        Known.RefusedBatches);

    [Fact]
    public Task Refused_batch_is_told_why() => CompareAsync(
        async kafka => await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, await kafka.CreateTopicAsync(), Broken("crc"))), Known.RefusedBatches);

    [Theory]
    [InlineData((int)CompressionCodec.Gzip, 3)]
    [InlineData((int)CompressionCodec.Snappy, 3)]
    [InlineData((int)CompressionCodec.Lz4, 3)]
    [InlineData((int)CompressionCodec.Zstd, 6)]
    [InlineData((int)CompressionCodec.Zstd, 7)]
    [InlineData((int)CompressionCodec.Zstd, 9)]
    public Task Codec_of_a_batch(int codec, short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ProduceResponse>(version, await RequestAsync(kafka, version, topic, RecordBatchWriter.Write([Of(0), Of(1)], (CompressionCodec)codec)));
        await kafka.AskAsync<FetchResponse>(9, Fetch(topic, 0));
        await kafka.AskAsync<FetchResponse>(10, Fetch(topic, 0));
    });

    [Fact]
    public Task Batch_that_is_larger_than_the_topic_takes() => CompareAsync(Larger, Known.RefusedBatches);

    private static async Task Larger(Conversation kafka)
    {
        var topic = await kafka.CreateTopicAsync(1, "topic", ("max.message.bytes", "200"));
        await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([new Record(Time, null, new byte[300])])));
        await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, Batch(0)));
    }

    [Theory]
    [InlineData("message.timestamp.before.max.ms", "1000", -86_400_000)]
    [InlineData("message.timestamp.after.max.ms", "1000", 86_400_000)]
    [InlineData("message.timestamp.after.max.ms", "3600000", 7_200_000)]
    public Task Time_of_a_record_is_checked(string config, string value, long shift) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(1, "topic", (config, value));
        var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + shift;
        var answer = await kafka.TellAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([new Record(time, null, null)])));
        kafka.Note("answer", answer.Responses[0].PartitionResponses[0].ErrorCode);
    });

    [Fact]
    public Task Time_of_the_log_replaces_the_records() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(1, "topic", ("message.timestamp.type", "LogAppendTime"));
        await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, Batch(0, 1)));
        await kafka.AskAsync<FetchResponse>(11, Fetch(topic, 0));
    });

    [Fact]
    public Task Compacted_topic_wants_keys() => CompareAsync(
        async kafka =>
        {
            var topic = await kafka.CreateTopicAsync(1, "topic", ("cleanup.policy", "compact"));
            await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([Of(0), new Record(Time, null, "v"u8.ToArray()), Of(1)])));
            await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([Of(0)])));
        },
        Known.RefusedBatches);

    [Fact]
    public Task Idempotent_producer_repeats_skips_and_goes_back() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var producer = await kafka.TellUntilAsync<InitProducerIdResponse>(4, new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000 }, answer => answer.ErrorCode == ErrorCode.None);
        foreach (var (epoch, sequence) in ((short, int)[])[(0, 0), (0, 1), (0, 1), (0, 0), (0, 5), (0, 2), (1, 5), (1, 0), (0, 3)])
        {
            await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([Of(sequence)], producer: new BatchProducer(producer.ProducerId, epoch, sequence))));
        }
    });

    [Fact]
    public Task Producer_nobody_knows_may_begin_anywhere() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([Of(0)], producer: new BatchProducer(987_654, 3, 17))));
        await kafka.AskAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, RecordBatchWriter.Write([Of(0)], producer: new BatchProducer(987_654, 3, 18))));
    });

    [Theory, Versions("Fetch")]
    public Task Batches_come_back_as_they_were_sent(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        var request = Fetch(topic, 1);
        request.Topics[0].TopicId = version < 13 ? Guid.Empty : await kafka.TopicIdAsync(topic);
        request.Topics[0].Topic = version < 13 ? topic : "";
        await kafka.AskAsync<FetchResponse>(version, request);
    });

    [Theory, Versions("Fetch")]
    public Task Fetch_of_what_is_not_there(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        var id = version < 13 ? Guid.Empty : await kafka.TopicIdAsync(topic);
        var request = Fetch(version < 13 ? topic : "", 99);
        request.Topics[0].TopicId = id;
        await kafka.AskAsync<FetchResponse>(version, request);
        request.Topics[0].Partitions[0].FetchOffset = -1;
        await kafka.AskAsync<FetchResponse>(version, request);
        request.Topics[0].Partitions[0].Partition = 7;
        await kafka.AskAsync<FetchResponse>(version, request);
        (request.Topics[0].Topic, request.Topics[0].TopicId) = version < 13 ? (kafka.Name("missing"), Guid.Empty) : ("", new Guid("00000000-0000-4000-8000-000000000099"));
        await kafka.AskAsync<FetchResponse>(version, request);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(80)]
    [InlineData(0)]
    [InlineData(-1)]
    public Task Bytes_of_a_fetch_are_limited(int bytes) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        var request = Fetch(topic, 0);
        request.MaxBytes = bytes;
        await kafka.AskAsync<FetchResponse>(11, request);
        request.MaxBytes = int.MaxValue;
        request.Topics[0].Partitions[0].PartitionMaxBytes = bytes;
        await kafka.AskAsync<FetchResponse>(11, request);
    });

    [Fact]
    public Task Batch_that_does_not_fit_is_left_out() => CompareAsync(
        async kafka =>
        {
            var request = Fetch(await FilledAsync(kafka), 0);
            request.Topics[0].Partitions[0].PartitionMaxBytes = 100;
            await kafka.AskAsync<FetchResponse>(11, request);
        },
        Known.WholeBatches);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public Task Leader_epoch_of_a_fetch_is_checked(int epoch) => CompareAsync(async kafka =>
    {
        var request = Fetch(await FilledAsync(kafka), 0);
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = epoch;
        await kafka.AskAsync<FetchResponse>(11, request);
        request.Topics[0].Partitions[0].LastFetchedEpoch = epoch;
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = -1;
        await kafka.AskAsync<FetchResponse>(12, request);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task Isolation_of_a_fetch(sbyte isolation) => CompareAsync(async kafka =>
    {
        var request = Fetch(await FilledAsync(kafka), 0);
        request.IsolationLevel = isolation;
        await kafka.AskAsync<FetchResponse>(11, request);
    });

    [Fact]
    public Task Partition_is_fetched_twice_in_one_request() => CompareAsync(
        async kafka =>
        {
            var request = Fetch(await FilledAsync(kafka), 0);
            request.Topics[0].Partitions.Add(new FetchRequestPartition { Partition = 0, FetchOffset = 3, PartitionMaxBytes = 1 << 20 });
            await kafka.AskAsync<FetchResponse>(11, request);
        },
        Known.TwiceFetched);

    [Fact]
    public Task Consumer_that_claims_to_be_a_replica() => CompareAsync(async kafka =>
    {
        var request = Fetch(await FilledAsync(kafka), 0);
        request.ReplicaId = 5;
        await kafka.AskAsync<FetchResponse>(11, request);
    });

    [Theory, Versions("ListOffsets")]
    public Task Offsets_by_time(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        foreach (var time in (long[])[-1, -2, Time, Time + 2, Time + 3, Time + 99, 0])
        {
            await kafka.AskAsync<ListOffsetsResponse>(version, At(topic, time));
        }
    });

    [Theory, Versions("ListOffsets")]
    public Task Offsets_by_the_questions_of_later_versions(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        foreach (var time in (long[])[-3, -4, -5, -6, -7, long.MinValue])
        {
            await kafka.AskAsync<ListOffsetsResponse>(version, At(topic, time));
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(10)]
    public Task Offsets_of_an_empty_partition(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        foreach (var time in (long[])[-1, -2, -3, -4, 0])
        {
            await kafka.AskAsync<ListOffsetsResponse>(version, At(topic, time));
        }
    });

    [Fact]
    public Task Offsets_of_what_is_not_there_or_named_twice() => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        await kafka.AskAsync<ListOffsetsResponse>(7, At(topic, -1, partition: 7));
        await kafka.AskAsync<ListOffsetsResponse>(7, At(kafka.Name("missing"), -1));
        var twice = At(topic, -1);
        twice.Topics[0].Partitions.Add(new ListOffsetsRequestPartition { PartitionIndex = 0, Timestamp = -2 });
        await kafka.AskAsync<ListOffsetsResponse>(7, twice);
        var epoch = At(topic, -1);
        epoch.Topics[0].Partitions[0].CurrentLeaderEpoch = 5;
        await kafka.AskAsync<ListOffsetsResponse>(7, epoch);
    });

    [Theory, Versions("DeleteRecords")]
    public Task Records_are_deleted(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        foreach (var offset in (long[])[2, 1, 99, -2, -1])
        {
            await kafka.AskAsync<DeleteRecordsResponse>(version, Delete(topic, 0, offset));
        }

        await kafka.AskAsync<ListOffsetsResponse>(7, At(topic, -2));
        await kafka.AskAsync<FetchResponse>(11, Fetch(topic, 0));
    });

    [Fact]
    public Task Records_of_what_is_not_there_are_deleted() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<DeleteRecordsResponse>(2, Delete(topic, 7, 0));
        await kafka.AskAsync<DeleteRecordsResponse>(2, Delete(kafka.Name("missing"), 0, 0));
        await kafka.AskAsync<DeleteRecordsResponse>(2, Delete(topic, 0, 0));
        await kafka.AskAsync<DeleteRecordsResponse>(2, new DeleteRecordsRequest { TimeoutMs = 1000 });
    });

    [Fact]
    public Task Records_of_a_compacted_topic_are_not_deleted() => CompareAsync(async kafka =>
        await kafka.AskAsync<DeleteRecordsResponse>(2, Delete(await kafka.CreateTopicAsync(1, "topic", ("cleanup.policy", "compact")), 0, 0)));

    [Theory, Versions("OffsetForLeaderEpoch")]
    public Task End_of_a_leader_epoch(short version) => CompareAsync(async kafka =>
    {
        var topic = await FilledAsync(kafka);
        foreach (var (current, epoch) in ((int, int)[])[(-1, 0), (0, 0), (1, 0), (0, 1), (0, -1), (-1, 7)])
        {
            await kafka.AskAsync<OffsetForLeaderEpochResponse>(version, Epoch(topic, 0, current, epoch));
        }

        await kafka.AskAsync<OffsetForLeaderEpochResponse>(version, Epoch(topic, 7, -1, 0));
        await kafka.AskAsync<OffsetForLeaderEpochResponse>(version, Epoch(kafka.Name("missing"), 0, -1, 0));
    });

    [Theory, Versions("InitProducerId")]
    public Task Producer_gets_an_id(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<InitProducerIdResponse>(version, new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000 });
        await kafka.AskAsync<InitProducerIdResponse>(version, new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000, ProducerId = version >= 3 ? 5 : -1, ProducerEpoch = (short)(version >= 3 ? 5 : -1) });
        await kafka.AskAsync<InitProducerIdResponse>(version, new InitProducerIdRequest { TransactionalId = "", TransactionTimeoutMs = 60_000 });
    });

    internal static async Task ProduceAsync(Conversation kafka, string topic, int partition, params int[] records)
    {
        var answer = await kafka.TellAsync<ProduceResponse>(9, await RequestAsync(kafka, 9, topic, Batch(records), partition));
        Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
    }

    internal static DeleteRecordsRequest Delete(string topic, int partition, long offset) => new()
    {
        TimeoutMs = 5000,
        Topics = [new DeleteRecordsRequestTopic { Name = topic, Partitions = [new DeleteRecordsRequestPartition { PartitionIndex = partition, Offset = offset }] }],
    };

    internal static byte[] Batch(params int[] records) => RecordBatchWriter.Write([.. records.Select(Of)]);

    private static Record Of(int number) => new(Time + number, Encoding.UTF8.GetBytes($"k{number}"), Encoding.UTF8.GetBytes($"v{number}"));

    /// <summary>Three batches: offsets 0 and 1, 2, 3 and 4.</summary>
    private static async Task<string> FilledAsync(Conversation kafka)
    {
        var topic = await kafka.CreateTopicAsync();
        await ProduceAsync(kafka, topic, 0, 0, 1);
        await ProduceAsync(kafka, topic, 0, 2);
        await ProduceAsync(kafka, topic, 0, 3, 4);
        return topic;
    }

    private static async Task<ProduceRequest> RequestAsync(Conversation kafka, short version, string topic, byte[] records, int partition = 0) => new()
    {
        Acks = -1,
        TimeoutMs = 10_000,
        TopicData =
        [
            new ProduceRequestTopic
            {
                Name = version < 13 ? topic : "",
                TopicId = version < 13 ? Guid.Empty : await kafka.TopicIdAsync(topic) is var id && id != Guid.Empty ? id : new Guid("00000000-0000-4000-8000-000000000099"),
                PartitionData = [new ProduceRequestPartition { Index = partition, Records = new RecordData(records) }],
            },
        ],
    };

    private static FetchRequest Fetch(string topic, long offset) => new()
    {
        MaxWaitMs = 0,
        Topics = [new FetchRequestTopic { Topic = topic, Partitions = [new FetchRequestPartition { FetchOffset = offset, PartitionMaxBytes = 1 << 20 }] }],
    };

    private static ListOffsetsRequest At(string topic, long time, int partition = 0) => new()
    {
        ReplicaId = -1,
        TimeoutMs = 5000,
        Topics = [new ListOffsetsRequestTopic { Name = topic, Partitions = [new ListOffsetsRequestPartition { PartitionIndex = partition, Timestamp = time }] }],
    };

    private static OffsetForLeaderEpochRequest Epoch(string topic, int partition, int current, int epoch) => new()
    {
        ReplicaId = -1,
        Topics =
        [
            new OffsetForLeaderEpochRequestTopic
            {
                Topic = topic,
                Partitions = [new OffsetForLeaderEpochRequestPartition { Partition = partition, CurrentLeaderEpoch = current, LeaderEpoch = epoch }],
            },
        ],
    };

    private static byte[] Broken(string what)
    {
        var batch = Batch(0, 1);
        switch (what)
        {
            case "crc": batch[17] ^= 1; return batch;
            case "length too short": batch[11] -= 5; return batch;
            case "length too long": batch[11] += 5; return batch;
            case "magic 1": batch[16] = 1; return batch;
            case "magic 3": batch[16] = 3; return batch;
            case "count 0": return Sealed(batch, 57, 0, 0, 0, 0);
            case "count too high": return Sealed(batch, 57, 0, 0, 0, 9);
            case "last offset delta": return Sealed(batch, 23, 0, 0, 0, 7);
            case "control": return Sealed(batch, 22, 0x20);
            case "log append time": return Sealed(batch, 22, 0x08);
            case "codec 5": return Sealed(batch, 22, 0x05);
            case "two batches": return [.. batch, .. batch];
            case "cut off": return batch[..^3];
            case "empty": return [];
            case "base offset 100": batch[7] = 100; return batch;
            case "leader epoch 7": batch[15] = 7; return batch;
            case "negative sequence": return RecordBatchWriter.Write([Of(0)], producer: new BatchProducer(55, 0, -1));
            default: throw new ArgumentOutOfRangeException(nameof(what), what, "unknown");
        }
    }

    /// <summary>With other bytes, and a checksum that fits.</summary>
    private static byte[] Sealed(byte[] batch, int at, params byte[] bytes)
    {
        bytes.CopyTo(batch, at);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), new RecordBatch(batch).ComputeCrc());
        return batch;
    }
}
