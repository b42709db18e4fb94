using System.Runtime.InteropServices;

namespace Kafkadog.Broker;

/// <summary>Where the log of a partition begins and ends.</summary>
/// <param name="Start">The offset of the oldest record, or of the next one if there is none.</param>
/// <param name="End">The offset the next record gets.</param>
/// <param name="Stable">What <c>read_committed</c> reads up to: the first offset of the oldest running transaction, else <paramref name="End"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TopicOffsets(long Start, long End, long Stable);
