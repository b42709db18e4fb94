namespace Kafkadog.Dashboard.Observing;

/// <summary>The newest records of one partition, and where its log begins and ends.</summary>
public sealed class Tape(Place place)
{
    private readonly List<ObservedRecord> records = [];

    public Place Place => place;

    /// <summary>Oldest first. Offsets may have gaps: markers of transactions and compacted records are none.</summary>
    public IReadOnlyList<ObservedRecord> Records => records;

    /// <summary>Log start offset: what is below was taken by retention or deleted.</summary>
    public long Start { get; private set; }

    /// <summary>Log end offset: what the next record gets.</summary>
    public long End { get; private set; }

    /// <summary>False when it was known before, as after a reconnect.</summary>
    public bool Add(ObservedRecord record)
    {
        if (records is [.., var last] && record.Offset <= last.Offset)
        {
            if (record.At <= last.At)
            {
                return false;
            }

            // Younger than what has a higher offset: the topic was deleted and made again.
            records.Clear();
            Start = End = 0;
        }

        records.Add(record);
        End = Math.Max(End, record.Offset + 1);
        return true;
    }

    public void MoveStart(long start)
    {
        Start = start;
        End = Math.Max(End, start);
        var gone = records.FindIndex(r => r.Offset >= start);
        records.RemoveRange(0, gone < 0 ? records.Count : gone);
    }

    public void MoveEnd(long end) => End = Math.Max(End, end);

    public void DropOldest(int count) => records.RemoveRange(0, Math.Min(count, records.Count));

    /// <summary>Log end offset at an earlier time, as far as it is remembered.</summary>
    public long EndAt(DateTimeOffset at)
    {
        var index = records.FindLastIndex(r => r.At <= at);
        return index == records.Count - 1 ? End : index >= 0 ? records[index].Offset + 1 : records is [{ Offset: var first }, ..] ? first : End;
    }

    /// <summary>The first record at or after an offset, which a group that committed it reads next.</summary>
    public ObservedRecord? FirstFrom(long offset)
    {
        if (offset >= End)
        {
            return null;
        }

        var index = records.FindLastIndex(r => r.Offset < offset) + 1;
        return index < records.Count ? records[index] : null;
    }

    public ObservedRecord? Find(long offset) => records.Find(r => r.Offset == offset);
}
