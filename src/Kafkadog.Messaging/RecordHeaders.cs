using System.Text;

namespace Kafkadog.Messaging;

/// <summary>
/// Headers of one record as UTF-8 text. Kafka allows a key to repeat: reading takes the last value, writing replaces.
/// An absent value is an absent header, never an empty one.
/// </summary>
public sealed class RecordHeaders
{
    private readonly List<KeyValuePair<string, string>> entries;

    public RecordHeaders() => entries = [];

    public RecordHeaders(IEnumerable<KeyValuePair<string, string>> headers) => entries = [.. headers];

    /// <summary>Every header in the order of the record.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries => entries;

    /// <summary>The last value of a header, or null when it is missing. Setting null removes it.</summary>
    public string? this[string key]
    {
        get
        {
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                if (string.Equals(entries[i].Key, key, StringComparison.Ordinal))
                    return entries[i].Value;
            }

            return null;
        }

        set
        {
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                if (string.Equals(entries[i].Key, key, StringComparison.Ordinal))
                    entries.RemoveAt(i);
            }

            if (!string.IsNullOrEmpty(value))
            {
                entries.Add(new(key, value));
            }
        }
    }

    public RecordHeaders Copy() => new(entries);

    internal static string Decode(byte[]? value) => value is null ? "" : Encoding.UTF8.GetString(value);

    internal static byte[] Encode(string value) => Encoding.UTF8.GetBytes(value);
}
