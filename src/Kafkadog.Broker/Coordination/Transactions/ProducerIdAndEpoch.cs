using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>Who a producer says it is.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProducerIdAndEpoch(long ProducerId, short Epoch)
{
    public static ProducerIdAndEpoch None { get; } = new(-1, -1);
}
