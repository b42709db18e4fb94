using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Kafkadog.Broker.Server;

/// <summary>
/// Takes frames (int32 size, then that many bytes) off a connection, each into one piece of pooled memory. The buffer grows with the
/// bytes that really arrive, so that a connection cannot take memory by announcing a large frame. Owned by the loop of its connection.
/// </summary>
internal sealed class FrameReader(PipeReader input, int maxBytes) : IDisposable
{
    private const int FirstBuffer = 256 * 1024;

    /// <summary>A buffer larger than this goes back to the pool after its frame: most connections never need it again.</summary>
    private const int KeptBuffer = 64 * 1024;

    private byte[] _buffer = [];

    /// <summary>The next frame, valid until the next call; null when the connection ended or breaks the rules.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var size = await ReadSizeAsync(cancellationToken);
        if (size <= 0 || size > maxBytes)
        {
            return null;
        }

        Rent(Math.Min(size, FirstBuffer), keep: 0);
        for (var filled = 0; filled < size;)
        {
            var result = await input.ReadAsync(cancellationToken);
            var available = result.Buffer;
            var taken = available.Slice(0, Math.Min(available.Length, size - filled));
            if (filled + taken.Length > _buffer.Length)
            {
                Rent((int)Math.Min(size, Math.Max(filled + taken.Length, _buffer.Length * 2L)), keep: filled);
            }

            taken.CopyTo(_buffer.AsSpan(filled));
            filled += (int)taken.Length;
            input.AdvanceTo(taken.End);
            if (filled < size && (result.IsCompleted || result.IsCanceled))
            {
                return null;
            }
        }

        return _buffer.AsMemory(0, size);
    }

    public void Dispose() => Return();

    /// <returns>The size as announced, or 0 at the end of the connection.</returns>
    private async ValueTask<int> ReadSizeAsync(CancellationToken cancellationToken)
    {
        if (_buffer.Length > KeptBuffer)
        {
            Return();
        }

        var result = await input.ReadAtLeastAsync(4, cancellationToken);
        if (result.Buffer.Length < 4)
        {
            input.AdvanceTo(result.Buffer.End);
            return 0;
        }

        Span<byte> bytes = stackalloc byte[4];
        var prefix = result.Buffer.Slice(0, 4);
        prefix.CopyTo(bytes);
        input.AdvanceTo(prefix.End);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private void Rent(int size, int keep)
    {
        if (_buffer.Length >= size)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, keep).CopyTo(larger);
        Return();
        _buffer = larger;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
