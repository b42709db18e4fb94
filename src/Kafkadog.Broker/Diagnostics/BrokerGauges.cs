using System.Diagnostics.Metrics;
using System.Globalization;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Diagnostics;

/// <summary>
/// What a broker is at the moment it is asked: partitions, logs, groups and their lag, by the names that the JMX exporter and the exporters
/// of consumer lag gave them.
/// </summary>
internal static class BrokerGauges
{
    /// <summary>How long a scrape waits for the coordinator. It answers in microseconds unless it is stuck, and then the other gauges matter more.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static void Register(Meter meter, BrokerState broker)
    {
        const string Replicas = "kafka.server.replicamanager.", Controller = "kafka.controller.kafkacontroller.", Log = "kafka.log.log.",
            Group = "kafka.consumergroup.", Coordinator = "kafka.coordinator.group.groupmetadatamanager.";
        One(Replicas + "partitioncount", "Partitions on this broker.", () => Logs(broker).Count());
        One(Replicas + "leadercount", "Partitions this broker leads: all that work.", () => Logs(broker).Count(log => log.Failure is null));
        One(Replicas + "underreplicatedpartitions", "Always 0: there is one replica.", () => 0);
        One(Replicas + "offlinereplicacount", "Partitions stopped because their disk failed or their files are damaged.", () => Logs(broker).Count(log => log.Failure is not null));
        One(Controller + "activecontrollercount", "Always 1: this broker is the controller.", () => 1);
        One(Controller + "activebrokercount", "Always 1.", () => 1);
        One(Controller + "globaltopiccount", "Topics.", () => broker.Topics.All.Count);
        One(Controller + "globalpartitioncount", "Partitions of all topics.", () => Logs(broker).Count());
        One(Controller + "offlinepartitionscount", "Partitions without a leader.", () => Logs(broker).Count(log => log.Failure is not null));
        One("kafka.brokers", "Always 1.", () => 1);

        Many(Log + "size", "Bytes of a partition's segments.", () => Logs(broker).Select(log => Of(log, log.SizeInBytes)));
        Many(Log + "logstartoffset", "Its oldest offset.", () => Logs(broker).Select(log => Of(log, log.LogStartOffset)));
        Many(Log + "logendoffset", "The offset its next record gets.", () => Logs(broker).Select(log => Of(log, log.LogEndOffset)));

        One(Coordinator + "numgroups", "Classic and consumer groups.", () => Groups(broker).Count);
        One(Coordinator + "numgroupsstable", "Groups whose members all know their partitions.", () => Groups(broker).Count(group => group.State == "Stable"));
        One(Coordinator + "numgroupsempty", "Groups without members.", () => Groups(broker).Count(group => group.State == "Empty"));
        Many(Group + "members", "Members of a group.", () => Groups(broker).Select(group => new Measurement<long>(group.Members, Tag("consumergroup", group.Id))));
        Many(Group + "current.offset", "What a group has committed.", () => Groups(broker).SelectMany(group => group.Offsets.Select(o => Of(group, o.Partition, o.Offset))));
        Many(Group + "lag", "Records behind what a group has committed.", () => Groups(broker).SelectMany(group => Lags(broker, group)));

        void One(string name, string description, Func<long> value) => meter.CreateObservableGauge(name, value, null, description);
        void Many(string name, string description, Func<IEnumerable<Measurement<long>>> values) => meter.CreateObservableGauge(name, values, null, description);
    }

    private static IEnumerable<PartitionLog> Logs(BrokerState broker) => broker.Topics.All.SelectMany(topic => topic.Partitions);

    /// <summary>Instruments are asked synchronously, on the thread of the scrape; the groups belong to their loop.</summary>
    private static IReadOnlyList<GroupFigures> Groups(BrokerState broker)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            return broker.Groups.FiguresAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    private static IEnumerable<Measurement<long>> Lags(BrokerState broker, GroupFigures group)
    {
        foreach (var (partition, offset) in group.Offsets)
        {
            if (broker.Topics.Partition(partition.Topic, partition.Partition) is { } log)
                yield return Of(group, partition, Math.Max(0, log.HighWatermark - offset));
        }
    }

    private static Measurement<long> Of(PartitionLog log, long value) =>
        new(value, Tag("topic", log.TopicPartition.Topic), Tag("partition", Text(log.TopicPartition.Partition)));

    private static Measurement<long> Of(GroupFigures group, TopicPartition partition, long value) =>
        new(value, Tag("consumergroup", group.Id), Tag("topic", partition.Topic), Tag("partition", Text(partition.Partition)));

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
