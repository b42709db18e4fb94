using System.Buffers.Binary;
using System.Text;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// What a member of the <c>consumer</c> protocol type subscribes to, versions 0 to 3. The broker reads only the topics, which stand first
/// in every version: it needs to know whether somebody reads a topic whose offsets are to be deleted or have grown old.
/// </summary>
internal readonly record struct ConsumerSubscription(IReadOnlyList<string> Topics)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>False when the bytes are not a subscription; a member may send anything it likes here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> metadata, out ConsumerSubscription subscription)
    {
        // version: int16, topics: array of string, user data: nullable bytes, then (v1) owned partitions, (v2) generation, (v3) rack
        subscription = default;
        if (metadata.Length < 6 || BinaryPrimitives.ReadInt16BigEndian(metadata) < 0) return false;
        var count = BinaryPrimitives.ReadInt32BigEndian(metadata[2..]);
        var rest = metadata[6..];
        if (count < 0 || count > rest.Length / sizeof(short)) return false;

        var topics = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < sizeof(short)) return false;
            var length = BinaryPrimitives.ReadInt16BigEndian(rest);
            rest = rest[sizeof(short)..];
            if (length < 0 || length > rest.Length) return false;
            try
            {
                topics.Add(Utf8.GetString(rest[..length]));
            }
            catch (DecoderFallbackException)
            {
                return false;
            }

            rest = rest[length..];
        }

        subscription = new ConsumerSubscription(topics);
        return true;
    }
}
