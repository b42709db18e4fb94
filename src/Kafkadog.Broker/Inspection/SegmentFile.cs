using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Inspection;

/// <summary>Reads a segment file that no broker has open, batch by batch, without changing it.</summary>
internal static class SegmentFile
{
    /// <summary>Larger than any batch a broker accepts by its defaults: a claim beyond it is damage, not a reason to take memory.</summary>
    private const int MaxBatchBytes = 256 * 1024 * 1024;

    /// <summary>The batches up to the first bytes that cannot be one.</summary>
    /// <param name="path">A <c>.log</c> file.</param>
    /// <param name="withRecords">With the records of batches whose checksum is right.</param>
    /// <param name="damaged">Is told where the batches end before the file does.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<DumpedBatch> Read(string path, bool withRecords, Action<long, string> damaged)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);
        var header = new byte[RecordBatch.HeaderSize];
        for (long position = 0; position < file.Length;)
        {
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            {
                damaged(position, "the file ends within the header of a batch");
                yield break;
            }

            if (Problem(header, file.Length - position) is { } problem)
            {
                damaged(position, problem);
                yield break;
            }

            var bytes = new byte[new RecordBatch(header).SizeInBytes];
            header.CopyTo(bytes, 0);
            file.ReadExactly(bytes.AsSpan(header.Length));
            yield return Dump(bytes, position, withRecords);
            position += bytes.Length;
        }
    }

    private static DumpedBatch Dump(byte[] bytes, long position, bool withRecords)
    {
        try
        {
            return DumpedBatch.Of(bytes, position, withRecords);
        }
        catch (ProtocolException)
        {
            // The checksum is right and the records are not: what a broken producer sent. The header can still be shown.
            return DumpedBatch.Of(bytes, position, withRecords: false);
        }
    }

    private static string? Problem(ReadOnlySpan<byte> header, long left)
    {
        var batch = new RecordBatch(header);
        return batch.Magic != RecordBatch.CurrentMagic ? $"the format of a batch is {batch.Magic}, not {RecordBatch.CurrentMagic}"
            : batch.SizeInBytes is < RecordBatch.HeaderSize or > MaxBatchBytes ? $"a batch claims {batch.SizeInBytes} bytes"
            : batch.SizeInBytes > left ? $"the file ends {batch.SizeInBytes - left} bytes before its last batch does"
            : batch.BaseOffset < 0 || batch.LastOffsetDelta < 0 ? $"a batch claims offsets {batch.BaseOffset} to {batch.LastOffset}"
            : null;
    }
}
