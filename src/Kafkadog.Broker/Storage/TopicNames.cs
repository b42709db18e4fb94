using System.Buffers;

namespace Kafkadog.Broker.Storage;

/// <summary>Kafka's rules for topic names.</summary>
internal static class TopicNames
{
    public const string ConsumerOffsets = "__consumer_offsets";
    public const string TransactionState = "__transaction_state";
    public const int MaxLength = 249;

    /// <summary>Topics of the broker itself, which clients read but do not write.</summary>
    public static bool IsInternal(string name) => name is ConsumerOffsets or TransactionState;

    private static readonly SearchValues<char> s_legal =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Null when the name is legal, else a sentence for the client.</summary>
    public static string? Problem(string name) => name switch
    {
        "" => "Topic name is invalid: the empty string is not allowed",
        "." or ".." => $"Topic name is invalid: '{name}' is not allowed",
        { Length: > MaxLength } => $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {MaxLength}",
        _ when name.AsSpan().ContainsAnyExcept(s_legal) =>
            $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
        _ => null,
    };

    /// <summary>Names with the same key collide, because metric names cannot tell '.' from '_'.</summary>
    public static string CollisionKey(string name) => name.Replace('.', '_');
}
