using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Faults;

/// <summary>
/// Makes requests fail as brokers and networks fail. Faults hold across restarts of the broker, until they have met as many requests as
/// their scope says or are disposed. A request meets one fault at most: the one injected first.
/// </summary>
public sealed class BrokerFaults
{
    private readonly Lock _lock = new();
    private volatile InjectedFault[] _faults = [];

    internal BrokerFaults()
    {
    }

    /// <summary>There is nothing to look for: the usual case, which costs a request one read.</summary>
    internal bool IsEmpty => _faults.Length == 0;

    /// <summary>The request is not carried out, and answered with <paramref name="error"/> wherever its answer has an error.</summary>
    public InjectedFault Fail(KafkaApi api, KafkaError error, FaultScope? scope = null) => Add(api, new FaultEffect.Error((ErrorCode)error), scope);

    /// <summary>The request is carried out after <paramref name="time"/>, by the broker's clock; its connection waits.</summary>
    public InjectedFault Delay(KafkaApi api, TimeSpan time, FaultScope? scope = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return Add(api, new FaultEffect.Delay(time), scope);
    }

    /// <summary>
    /// The request is carried out, but its answer never comes, nor any other on that connection, as when a network swallows packets: the
    /// client has to find out by its own timeout (<c>request.timeout.ms</c>, <c>socket.timeout.ms</c>).
    /// </summary>
    public InjectedFault DropAnswer(KafkaApi api, FaultScope? scope = null) => Add(api, new FaultEffect.DropAnswer(), scope);

    /// <summary>The connection is closed instead of an answer.</summary>
    /// <param name="api">The requests it meets.</param>
    /// <param name="carriedOut">True: the request had its effect, and the client cannot know. False: it had none.</param>
    /// <param name="scope">Which of those requests; null for all.</param>
    public InjectedFault CloseConnection(KafkaApi api, bool carriedOut = false, FaultScope? scope = null) => Add(api, new FaultEffect.Close(carriedOut), scope);

    /// <summary>Ends every fault.</summary>
    public void Clear()
    {
        lock (_lock)
            _faults = [];
    }

    /// <summary>The effect of the fault that this request meets; null for none.</summary>
    internal FaultEffect? Find(FaultRequest request)
    {
        foreach (var fault in _faults)
        {
            if (fault.Takes(request))
                return fault.Effect;
        }

        return null;
    }

    internal void Remove(InjectedFault fault)
    {
        lock (_lock)
            _faults = [.. _faults.Where(f => f != fault)];
    }

    private InjectedFault Add(KafkaApi api, FaultEffect effect, FaultScope? scope)
    {
        if (!Enum.IsDefined(api))
            throw new ArgumentOutOfRangeException(nameof(api), api, "Not an API whose requests can fail.");
        var fault = new InjectedFault(this, api, effect, scope ?? new FaultScope());
        lock (_lock)
            _faults = [.. _faults, fault];
        return fault;
    }
}
