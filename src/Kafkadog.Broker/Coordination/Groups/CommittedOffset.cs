using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>How far a group has come in one partition.</summary>
/// <param name="Offset">The next offset to read.</param>
/// <param name="LeaderEpoch">Epoch of the record before it, -1 if the client did not say.</param>
/// <param name="Metadata">Whatever the client wants to remember.</param>
/// <param name="CommitTimestamp">Wall clock, milliseconds.</param>
/// <param name="ExpireTimestamp">When the client wants it forgotten (OffsetCommit v2 to v4), -1 for the broker's retention.</param>
/// <param name="Order">Grows with every commit: a transaction that ends late must not bring back an older position.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CommittedOffset(
    long Offset, int LeaderEpoch, string Metadata, long CommitTimestamp, long ExpireTimestamp = -1, long Order = 0);
