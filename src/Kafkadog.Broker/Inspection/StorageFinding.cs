namespace Kafkadog.Broker.Inspection;

/// <summary>Something about a file of a data directory.</summary>
/// <param name="IsDamage">False for what the next start mends by itself without losing anything that had been flushed.</param>
/// <param name="File">Its path.</param>
/// <param name="Position">The first byte that is wrong; 0 when it is the file as a whole.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Next">What to do about it.</param>
internal sealed record StorageFinding(bool IsDamage, string File, long Position, string Problem, string Next);

/// <summary>What a look at a data directory found.</summary>
/// <param name="Findings">Damage, and what the next start will mend; empty for a sound directory.</param>
internal sealed record StorageReport(
    string Directory, string ClusterId, int NodeId, bool CleanShutdown, int Partitions, int Segments, long Batches, long Records, long Bytes, IReadOnlyList<StorageFinding> Findings)
{
    public bool IsDamaged => Findings.Any(finding => finding.IsDamage);
}
