using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>
/// The last offset of each key in the part of a log that is being cleaned, in a fixed amount of memory: 24 bytes a key, however
/// long the key is. Keys are told apart by 128 bits of their SHA-256, so that nobody can make two that look the same and have
/// the cleaner drop a record for another's sake.
/// </summary>
/// <param name="maxBytes">The most memory it takes (<c>log.cleaner.dedupe.buffer.size</c>), at least one key.</param>
/// <param name="loadFactor">The share of it that may be filled (<c>log.cleaner.io.buffer.load.factor</c>): above it look-ups become slow.</param>
internal sealed class OffsetMap(long maxBytes, double loadFactor)
{
    public const int BytesPerKey = 24;

    private Slot[] _slots = [];
    private int _capacity;

    public int Count { get; private set; }

    /// <summary>The last offset that was looked at; -1 before the first.</summary>
    public long LatestOffset { get; set; } = -1;

    /// <summary>The share of the permitted keys that is taken, 0 to 1.</summary>
    public double Utilization => (double)Count / MaxKeys;

    private int MaxKeys => (int)Math.Clamp(maxBytes / BytesPerKey * loadFactor, 1, Array.MaxLength / 2);

    /// <summary>Forgets everything and takes the memory for that many keys, as far as it is allowed to.</summary>
    public void Prepare(long expectedKeys)
    {
        _capacity = (int)Math.Clamp(expectedKeys, 1, MaxKeys);
        _slots = new Slot[(int)Math.Min(Array.MaxLength, Math.Max(_capacity + 1L, (long)(_capacity / loadFactor)))];
        (Count, LatestOffset) = (0, -1);
    }

    /// <summary>Gives the memory back.</summary>
    public void Release() => (_slots, _capacity, Count) = ([], 0, 0);

    /// <returns>False when the key is new and there is no room for it.</returns>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        ref var slot = ref Find(key, out var hash);
        if (slot.OffsetPlusOne == 0)
        {
            if (Count == _capacity)
                return false;
            Count++;
            slot.Hash = hash;
        }

        slot.OffsetPlusOne = offset + 1;
        LatestOffset = offset;
        return true;
    }

    /// <summary>The last offset of a key, -1 when it did not occur.</summary>
    public long OffsetOf(ReadOnlySpan<byte> key) => Find(key, out _).OffsetPlusOne - 1;

    // Linear probing: neighbours share cache lines, and there is always a free slot to end at.
    private ref Slot Find(ReadOnlySpan<byte> key, out UInt128 hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        hash = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        var at = (int)Math.BigMul((ulong)hash, (ulong)_slots.Length, out _);
        while (_slots[at].OffsetPlusOne != 0 && _slots[at].Hash != hash)
            at = at + 1 == _slots.Length ? 0 : at + 1;
        return ref _slots[at];
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Pack = 8)]
    private struct Slot
    {
        private ulong _high, _low;

        /// <summary>0 for a free slot.</summary>
        public long OffsetPlusOne;

        public UInt128 Hash
        {
            readonly get => new(_high, _low);
            set => (_high, _low) = ((ulong)(value >> 64), (ulong)value);
        }
    }
}
