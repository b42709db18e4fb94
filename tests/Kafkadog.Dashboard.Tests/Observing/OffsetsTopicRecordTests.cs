using System.Buffers.Binary;
using System.Text;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

/// <summary>The bytes are written here by the layouts of Apache Kafka's group coordinator, field by field.</summary>
public sealed class OffsetsTopicRecordTests
{
    private static readonly DateTimeOffset At = ShopStory.Noon;

    [Fact]
    public void Commit_tells_group_partition_and_offset()
    {
        var key = Bytes(b => b.Int16(1).Text("payment-service-group").Text("orders.v1").Int32(2));
        var value = Bytes(b => b.Int16(3).Int64(41).Int32(0).Text("").Int64(At.ToUnixTimeMilliseconds()));
        Assert.Equal(new OffsetsTopicRecord.Committed("payment-service-group", new Place("orders.v1", 2), 41, At), OffsetsTopicRecord.Read(key, value, At));
        Assert.Equal(new OffsetsTopicRecord.Committed("payment-service-group", new Place("orders.v1", 2), null, At), OffsetsTopicRecord.Read(key, null, At));
    }

    [Fact]
    public void Membership_tells_generation_members_and_what_they_own()
    {
        var since = At.AddSeconds(-7);
        var assignment = Bytes(b => b.Int16(0).Int32(1).Text("orders.v1").Int32(2).Int32(0).Int32(2));
        var value = Bytes(b => b.Int16(3).Text("consumer").Int32(7).Text("cooperative-sticky").Text("m-1").Int64(since.ToUnixTimeMilliseconds())
            .Int32(1).Text("m-1").Null().Text("payment-service-1").Text("/127.0.0.1").Int32(300000).Int32(10000).Sized([]).Sized(assignment));
        var settled = Assert.IsType<OffsetsTopicRecord.Settled>(OffsetsTopicRecord.Read(Bytes(b => b.Int16(2).Text("g")), value, At));
        var membership = settled.Membership!;
        Assert.Equal((7, "cooperative-sticky", since), (membership.Generation, membership.Protocol, membership.At));
        var member = Assert.Single(membership.Members);
        Assert.Equal(("m-1", "payment-service-1"), (member.Id, member.ClientId));
        Assert.Equal([new Place("orders.v1", 0), new Place("orders.v1", 2)], member.Partitions);
    }

    [Fact]
    public void Consumer_group_tells_its_epoch_its_members_and_their_work_in_records_of_their_own()
    {
        var topic = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10");
        Assert.Equal(
            new OffsetsTopicRecord.EpochMoved("g", 6, At),
            OffsetsTopicRecord.Read(Bytes(b => b.Int16(3).Text("g")), Bytes(b => b.Int16(0).Int32(6).Raw([1, 0, 8]).Raw(new byte[8])), At));
        Assert.Equal(new OffsetsTopicRecord.EpochMoved("g", null, At), OffsetsTopicRecord.Read(Bytes(b => b.Int16(3).Text("g")), null, At));

        var who = Bytes(b => b.Int16(0).Raw([0, 0]).Compact("payment-service-1").Compact("/127.0.0.1").Raw([1]).Raw([0]).Int32(300_000).Raw([0, 0]));
        Assert.Equal(
            new OffsetsTopicRecord.MemberKnown("g", "m", new("payment-service-1", "/127.0.0.1"), At), OffsetsTopicRecord.Read(Bytes(b => b.Int16(5).Text("g").Text("m")), who, At));
        Assert.Equal(new OffsetsTopicRecord.MemberKnown("g", "m", null, At), OffsetsTopicRecord.Read(Bytes(b => b.Int16(5).Text("g").Text("m")), null, At));

        // Partition 0 is its own, with the epoch since which as a tagged field; partition 2 it has to give up.
        var work = Bytes(b => b.Int16(0).Int32(6).Int32(5).Raw([1])
            .Raw([2]).Raw(topic.ToByteArray(bigEndian: true)).Raw([2]).Int32(0).Raw([1, 0, 5, 2]).Int32(5)
            .Raw([2]).Raw(topic.ToByteArray(bigEndian: true)).Raw([2]).Int32(2).Raw([0])
            .Raw([0]));
        var works = Assert.IsType<OffsetsTopicRecord.MemberWorks>(OffsetsTopicRecord.Read(Bytes(b => b.Int16(8).Text("g").Text("m")), work, At));
        Assert.Equal(("g", "m", 6, true), (works.Group, works.MemberId, works.Work!.Epoch, works.Work.IsGivingUp));
        Assert.Equal([new TopicIdPartition(topic, 0), new TopicIdPartition(topic, 2)], works.Work.Owned);
    }

    [Fact]
    public void Record_types_of_other_groups_say_nothing() => Assert.Null(OffsetsTopicRecord.Read(Bytes(b => b.Int16(11).Text("g").Text("m")), [], At));

    [Fact]
    public void Cut_or_absurd_bytes_are_an_error_and_no_crash()
    {
        var key = Bytes(b => b.Int16(2).Text("g"));
        var whole = Bytes(b => b.Int16(3).Text("consumer").Int32(7).Text("range").Text("m-1").Int64(1).Int32(int.MaxValue));
        for (var length = 0; length <= whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => OffsetsTopicRecord.Read(key, whole[..length], At));
        }
    }

    private static byte[] Bytes(Func<Writer, Writer> write) => write(new Writer()).ToArray();

    private sealed class Writer
    {
        private readonly MemoryStream stream = new();

        public Writer Int16(short value) => Fixed(2, b => BinaryPrimitives.WriteInt16BigEndian(b, value));

        public Writer Int32(int value) => Fixed(4, b => BinaryPrimitives.WriteInt32BigEndian(b, value));

        public Writer Int64(long value) => Fixed(8, b => BinaryPrimitives.WriteInt64BigEndian(b, value));

        public Writer Text(string value)
        {
            Int16((short)value.Length);
            stream.Write(Encoding.UTF8.GetBytes(value));
            return this;
        }

        public Writer Null() => Int16(-1);

        /// <summary>As flexible versions have it; for lengths below 127.</summary>
        public Writer Compact(string value) => Raw([(byte)(value.Length + 1), .. Encoding.UTF8.GetBytes(value)]);

        public Writer Raw(byte[] value)
        {
            stream.Write(value);
            return this;
        }

        public Writer Sized(byte[] value)
        {
            Int32(value.Length);
            stream.Write(value);
            return this;
        }

        public byte[] ToArray() => stream.ToArray();

        private Writer Fixed(int size, Action<byte[]> write)
        {
            var bytes = new byte[size];
            write(bytes);
            stream.Write(bytes);
            return this;
        }
    }
}
