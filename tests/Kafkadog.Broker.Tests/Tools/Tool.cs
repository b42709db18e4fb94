namespace Kafkadog.Broker.Tests.Tools;

/// <summary>The classes behind the names of Apache Kafka's tools.</summary>
internal static class Tool
{
    public const string Acls = "org.apache.kafka.tools.AclCommand",
        BrokerApiVersions = "org.apache.kafka.tools.BrokerApiVersionsCommand",
        ClientMetrics = "org.apache.kafka.tools.ClientMetricsCommand",
        Cluster = "org.apache.kafka.tools.ClusterTool",
        Configs = "kafka.admin.ConfigCommand",
        ConsoleConsumer = "org.apache.kafka.tools.consumer.ConsoleConsumer",
        ConsoleProducer = "org.apache.kafka.tools.ConsoleProducer",
        ConsumerGroups = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        ConsumerPerformance = "org.apache.kafka.tools.ConsumerPerformance",
        DeleteRecords = "org.apache.kafka.tools.DeleteRecordsCommand",
        DumpLog = "org.apache.kafka.tools.DumpLogSegments",
        Features = "org.apache.kafka.tools.FeatureCommand",
        GetOffsets = "org.apache.kafka.tools.GetOffsetShell",
        Groups = "org.apache.kafka.tools.GroupsCommand",
        LeaderElection = "org.apache.kafka.tools.LeaderElectionCommand",
        LogDirs = "org.apache.kafka.tools.LogDirsCommand",
        MetadataQuorum = "org.apache.kafka.tools.MetadataQuorumCommand",
        ProducerPerformance = "org.apache.kafka.tools.ProducerPerformance",
        ReassignPartitions = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
        Topics = "org.apache.kafka.tools.TopicCommand",
        Transactions = "org.apache.kafka.tools.TransactionsCommand",
        VerifiableConsumer = "org.apache.kafka.tools.VerifiableConsumer",
        VerifiableProducer = "org.apache.kafka.tools.VerifiableProducer";
}
