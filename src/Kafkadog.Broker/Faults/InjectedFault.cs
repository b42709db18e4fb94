using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Faults;

/// <summary>A fault in force. Disposing it ends it.</summary>
public sealed class InjectedFault : IDisposable
{
    private readonly Lock _lock = new();
    private readonly BrokerFaults _owner;
    private readonly FaultScope _scope;
    private readonly Random _random;
    private readonly Embedding.Pulse _hit = new();
    private int _hits;

    internal InjectedFault(BrokerFaults owner, KafkaApi api, FaultEffect effect, FaultScope scope)
    {
        if (scope.Times is < 1)
            throw new ArgumentOutOfRangeException(nameof(scope), scope.Times, "Times must be 1 or more.");
        if (scope.Share is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(scope), scope.Share, "Share must be above 0 and at most 1.");
        (_owner, Api, Effect, _scope, _random) = (owner, api, effect, scope, new Random(scope.Seed));
    }

    /// <summary>The requests it is about.</summary>
    public KafkaApi Api { get; }

    /// <summary>How many requests it has met.</summary>
    public int Hits => Volatile.Read(ref _hits);

    internal FaultEffect Effect { get; }

    /// <summary>Waits until it has met that many requests.</summary>
    /// <exception cref="OperationCanceledException">It had not when <paramref name="cancellationToken"/> ended the wait.</exception>
    public async Task WaitForHitsAsync(int hits, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var next = _hit.Next;
            if (Hits >= hits)
                return;
            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>From here on no request is met.</summary>
    public void Dispose() => _owner.Remove(this);

    /// <summary>True if this request is one of those.</summary>
    internal bool Takes(FaultRequest request)
    {
        if (request.Api != Api || _scope.When?.Invoke(request) == false)
            return false;
        lock (_lock)
        {
            if (_hits >= (_scope.Times ?? int.MaxValue) || (_scope.Share < 1 && _random.NextDouble() >= _scope.Share))
                return false;
            if (++_hits == _scope.Times)
                _owner.Remove(this);
        }

        _hit.Fire();
        return true;
    }
}

/// <summary>What a fault does to a request.</summary>
internal abstract record FaultEffect
{
    private FaultEffect()
    {
    }

    /// <summary>Not carried out, answered with an error.</summary>
    public sealed record Error(ErrorCode Code) : FaultEffect;

    /// <summary>Carried out later.</summary>
    public sealed record Delay(TimeSpan Time) : FaultEffect;

    /// <summary>Carried out; the connection says nothing any more.</summary>
    public sealed record DropAnswer : FaultEffect;

    /// <summary>Carried out or not; the connection is closed instead of an answer.</summary>
    public sealed record Close(bool CarriedOut) : FaultEffect;
}
