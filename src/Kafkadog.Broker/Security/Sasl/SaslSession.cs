using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>What becomes of a request while a client is being authenticated.</summary>
internal enum SaslAdmission
{
    Serve,

    /// <summary>It gets ILLEGAL_SASL_STATE, where its answer has a place for that, and the connection is closed.</summary>
    Refuse,

    /// <summary>The connection is closed without an answer.</summary>
    Close,
}

/// <summary>
/// The authentication of one connection: ApiVersions at most once, the handshake that picks a mechanism, tokens until the mechanism is done,
/// and the same again when the session has lasted long enough (KIP-368). Owned by the loop of its connection.
/// </summary>
internal sealed class SaslSession(SaslOptions options, SaslUsers users, TimeProvider time)
{
    /// <summary>Apache Kafka's: a client that authenticates again sooner is told that it may not.</summary>
    private static readonly TimeSpan ShortestReauthentication = TimeSpan.FromSeconds(1);

    private State _state;
    private ISaslServer? _server;
    private SaslMechanism _mechanism;
    private bool _changesMechanism;
    private long? _authenticatedAt;
    private long? _reauthenticatedAt;

    private enum State
    {
        VersionsOrHandshake,
        Handshake,
        Authenticate,
        Complete,
    }

    /// <summary>Null until the client has been authenticated for the first time.</summary>
    public KafkaPrincipal? Principal { get; private set; }

    /// <summary>The next frame is a bare token and no request: so a handshake of version 0 goes on.</summary>
    public bool ExpectsBareToken { get; private set; }

    /// <summary>The names of what is enabled, in the order in which Apache Kafka tells them.</summary>
    public List<string> Mechanisms { get; } = [.. options.Mechanisms.Distinct().OrderBy(mechanism => mechanism is SaslMechanism.Plain ? 0 : 1).ThenByDescending(mechanism => mechanism).Select(mechanism => mechanism.KafkaName())];

    /// <summary>In milliseconds, 0 for ever: how long the client may go on before it authenticates again.</summary>
    public long LifetimeMs => (long)options.MaxReauthentication.TotalMilliseconds;

    public TimeSpan FailureDelay => options.FailedAuthenticationDelay;

    private bool IsReauthenticating => Principal is not null;

    public SaslAdmission Admit(ApiKey request) => _state switch
    {
        State.VersionsOrHandshake => request is ApiKey.ApiVersions or ApiKey.SaslHandshake ? SaslAdmission.Serve : SaslAdmission.Close,
        State.Handshake => request is ApiKey.SaslHandshake ? SaslAdmission.Serve : SaslAdmission.Close,
        State.Authenticate => request is ApiKey.SaslAuthenticate ? SaslAdmission.Serve : SaslAdmission.Refuse,
        _ => HasExpired && request is not ApiKey.SaslHandshake ? SaslAdmission.Close : SaslAdmission.Serve,
    };

    /// <summary>The client was told the versions: it may not ask for them again before it is authenticated.</summary>
    public void VersionsTold()
    {
        if (_state is State.VersionsOrHandshake)
        {
            _state = State.Handshake;
        }
    }

    /// <summary>Picks the mechanism. ILLEGAL_SASL_STATE leaves the session as it was; after UNSUPPORTED_SASL_MECHANISM the connection is closed.</summary>
    /// <param name="mechanism">Its name.</param>
    /// <param name="bareTokens">The client goes on with bare tokens: handshake version 0.</param>
    public ErrorCode Handshake(string mechanism, bool bareTokens)
    {
        if (_state is State.Complete && !MayReauthenticate())
        {
            return ErrorCode.IllegalSaslState;
        }

        if (SaslMechanisms.Find(mechanism) is not { } found || users.Server(found) is not { } server)
        {
            return ErrorCode.UnsupportedSaslMechanism;
        }

        _changesMechanism = IsReauthenticating && found != _mechanism;
        (_server, _mechanism, ExpectsBareToken, _state) = (server, found, bareTokens, State.Authenticate);
        return ErrorCode.None;
    }

    /// <summary>Takes a token; null when the client may not send one now. After a failure the connection is closed.</summary>
    public SaslStep? Evaluate(ReadOnlySpan<byte> token)
    {
        if (_state is not State.Authenticate)
        {
            return null;
        }

        var step = _changesMechanism ? SaslStep.Failed() : _server!.Evaluate(token);
        if (step.User is { } user && Principal is { } before && before.Name != user)
        {
            step = SaslStep.Failed($"Cannot change principals during re-authentication from {before.Type}.{before.Name}: {KafkaPrincipal.UserType}.{user}");
        }

        if (step.Failure is { Length: 0 })
        {
            step = SaslStep.Failed($"Authentication failed during {(IsReauthenticating ? "re-authentication" : "authentication")} due to invalid credentials with SASL mechanism {_mechanism.KafkaName()}");
        }

        if (step.User is not null)
        {
            Principal ??= KafkaPrincipal.User(step.User);
            (_server, ExpectsBareToken, _state, _authenticatedAt) = (null, false, State.Complete, time.GetTimestamp());
        }

        return step;
    }

    private bool HasExpired => LifetimeMs > 0 && time.GetElapsedTime(_authenticatedAt!.Value) >= options.MaxReauthentication;

    private bool MayReauthenticate()
    {
        if (LifetimeMs == 0 || (_reauthenticatedAt is { } last && time.GetElapsedTime(last) < ShortestReauthentication))
        {
            return false;
        }

        _reauthenticatedAt = time.GetTimestamp();
        return true;
    }
}
