using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Kafkadog.Contracts;

/// <summary>
/// Ids of derived events are computed, not drawn: work repeated after a crash publishes the same id again,
/// and every inbox downstream sees the duplicate for what it is. They begin with the time of what they derive from, so
/// that an inbox adds its rows side by side instead of changing a page of its tree for each.
/// </summary>
public static class EventIds
{
    private static readonly Guid Namespace = new("6b61666b-6164-5f67-8000-6f7264657273");

    /// <summary>The id of an event that <paramref name="causationId"/> made <paramref name="service"/> publish.</summary>
    public static Guid Derived(string service, Guid causationId, string type, Guid orderId) =>
        TimeOrdered(causationId, $"{service}|{causationId}|{type}|{orderId}");

    /// <summary>An order has one outcome, so its id depends on nothing but the order.</summary>
    public static Guid Outcome(Guid orderId) => TimeOrdered(orderId, $"{orderId}|outcome");

    /// <summary>The n-th attempt of one group at one event: duplicates of a retry record collapse into one.</summary>
    public static Guid Retry(string target, Guid originalEventId, int count) =>
        Uuid5(Namespace, $"{target}|{originalEventId}|{count}");

    /// <summary>Any other thing that must get the same id each time it is named.</summary>
    public static Guid Named(string name) => Uuid5(Namespace, name);

    /// <summary>
    /// A UUID of version 8, whose layout is up to the application: the first 48 bits of <paramref name="origin"/>, which
    /// are its time when it is of version 7 or 8, and then the bits of a name-based UUID.
    /// <see href="https://www.rfc-editor.org/rfc/rfc9562#section-5.8"/>
    /// </summary>
    private static Guid TimeOrdered(Guid origin, string name)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> first = stackalloc byte[16];
        Uuid5(Namespace, name).TryWriteBytes(bytes, bigEndian: true, out _);
        origin.TryWriteBytes(first, bigEndian: true, out _);
        first[..6].CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        return new(bytes, bigEndian: true);
    }

    /// <summary>A name-based UUID, version 5. <see href="https://www.rfc-editor.org/rfc/rfc9562#section-5.5"/></summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 9562 prescribes SHA-1 for version 5; nothing relies on it for security.")]
    public static Guid Uuid5(Guid space, string name)
    {
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
