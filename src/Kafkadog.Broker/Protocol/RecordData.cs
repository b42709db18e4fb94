namespace Kafkadog.Broker.Protocol;

/// <summary>Bytes that lie elsewhere, in a file for instance, and are copied only when the message is sent.</summary>
internal interface IRecordSource
{
    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="from"/> on.</summary>
    void CopyTo(int from, Span<byte> destination);
}

/// <summary>The record batches of one partition in a Produce or Fetch: bytes in memory, or bytes still to be fetched.</summary>
internal readonly struct RecordData
{
    public RecordData(ReadOnlyMemory<byte> memory) => (Memory, Length) = (memory, memory.Length);

    public RecordData(IRecordSource source, int length) => (Source, Length) = (source, length);

    /// <summary>The bytes; empty when <see cref="Source"/> has them.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    public IRecordSource? Source { get; }

    public int Length { get; }

    public void CopyTo(int from, Span<byte> destination)
    {
        if (Source is not null)
        {
            Source.CopyTo(from, destination);
        }
        else
        {
            Memory.Span.Slice(from, destination.Length).CopyTo(destination);
        }
    }
}
