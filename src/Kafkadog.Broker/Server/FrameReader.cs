using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Kafkadog.Broker.Server;

/// <summary>
/// Takes frames (int32 size, then that many bytes) off a connection, each into one piece of pooled memory. The buffer grows with the
/// bytes that really arrive, so that a connection cannot take memory by announcing a large frame. Owned by the loop of its connection.
/// Every request is waited for, so what a wait needs comes from a pool.
/// </summary>
internal sealed class FrameReader(PipeReader input, RequestMemory memory, TimeProvider time) : IDisposable
{
    private const int FirstBuffer = 256 * 1024;

    /// <summary>
    /// A buffer larger than this goes back to the pool after its frame: most connections never need it again. Frames up to it do not
    /// count as memory of requests, which the number of connections bounds as well.
    /// </summary>
    private const int KeptBuffer = 64 * 1024;

    private byte[] _buffer = [];
    private int _taken;
    private long _startedAt;
    private long _received;

    /// <summary>The next frame, valid until the next call; null when the connection ended or breaks the rules.</summary>
    /// <param name="maxBytes">A larger frame breaks the rules.</param>
    /// <param name="mayBeEmpty">A frame without a byte does not.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(int maxBytes, bool mayBeEmpty, CancellationToken cancellationToken)
    {
        var size = await ReadSizeAsync(cancellationToken);
        if (size > maxBytes || size < 0 || (size == 0 && !mayBeEmpty))
        {
            return null;
        }

        if (size > KeptBuffer)
        {
            await memory.TakeAsync(size, cancellationToken);
            _taken = size;
        }

        Rent(Math.Min(size, FirstBuffer), keep: 0);
        Volatile.Write(ref _received, 0);
        Volatile.Write(ref _startedAt, time.GetTimestamp());
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
            Volatile.Write(ref _received, filled);
            if (filled < size && (result.IsCompleted || result.IsCanceled))
            {
                return null;
            }
        }

        Volatile.Write(ref _startedAt, 0);
        return _buffer.AsMemory(0, size);
    }

    /// <summary>A frame has begun and comes more slowly than that, on the average since the grace was over. Any thread may ask.</summary>
    public bool IsStarved(TimeSpan grace, int bytesPerSecond) =>
        Volatile.Read(ref _startedAt) is var started and not 0
        && time.GetElapsedTime(started) is var elapsed && elapsed > grace
        && Volatile.Read(ref _received) < (elapsed - grace).TotalSeconds * bytesPerSecond;

    public void Dispose()
    {
        Return();
        ReturnMemory();
    }

    /// <returns>The size as announced, or -1 at the end of the connection.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadSizeAsync(CancellationToken cancellationToken)
    {
        ReturnMemory();
        if (_buffer.Length > KeptBuffer)
        {
            Return();
        }

        var result = await input.ReadAtLeastAsync(4, cancellationToken);
        if (result.Buffer.Length < 4)
        {
            input.AdvanceTo(result.Buffer.End);
            return -1;
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

    private void ReturnMemory()
    {
        if (_taken > 0)
        {
            memory.Return(_taken);
            _taken = 0;
        }
    }
}
