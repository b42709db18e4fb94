namespace Kafkadog.Broker.Security.Sasl;

/// <summary>The broker's side of one exchange of a mechanism.</summary>
internal interface ISaslServer
{
    /// <summary>Takes the next token of the client. Not to be called again once it is done or has failed.</summary>
    SaslStep Evaluate(ReadOnlySpan<byte> token);
}

/// <summary>What came of a token: go on, done, or failed.</summary>
/// <param name="Answer">The token for the client.</param>
/// <param name="User">Who it is, once done.</param>
/// <param name="Failure">What the client is told when it failed; empty for the general words, which give no hint.</param>
internal readonly record struct SaslStep(byte[] Answer, string? User, string? Failure)
{
    public static SaslStep Continue(byte[] answer) => new(answer, null, null);

    public static SaslStep Done(string user, byte[] answer) => new(answer, user, null);

    public static SaslStep Failed(string failure = "") => new([], null, failure);
}
