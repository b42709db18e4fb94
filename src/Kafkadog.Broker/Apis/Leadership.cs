using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>What a client believes about the leader of a partition, compared with what is so (KIP-320).</summary>
internal static class Leadership
{
    /// <summary>-1 means that the client does not say.</summary>
    public static ErrorCode Check(PartitionLog log, int clientEpoch) => clientEpoch switch
    {
        < 0 => ErrorCode.None,
        _ when clientEpoch < log.LeaderEpoch => ErrorCode.FencedLeaderEpoch,
        _ when clientEpoch > log.LeaderEpoch => ErrorCode.UnknownLeaderEpoch,
        _ => ErrorCode.None,
    };
}
