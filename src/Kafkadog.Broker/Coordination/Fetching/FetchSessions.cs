using System.Security.Cryptography;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Coordination.Fetching;

/// <summary>
/// The fetch sessions of all clients (KIP-227). There are as many as there are slots. When none is free, a new session takes the place of
/// one that was not used for a while, or of a smaller one that is not young; otherwise the client gets none and goes on with full requests.
/// </summary>
/// <param name="slots">Kafka's <c>max.incremental.fetch.session.cache.slots</c>; 0 for no sessions.</param>
internal sealed class FetchSessions(int slots, TimeProvider time)
{
    /// <summary>Partitions of all sessions together: what one client can ask for is large, and must not be kept a thousand times.</summary>
    public const int MaxPartitions = 1_000_000;

    /// <summary>How long a session is safe: from being taken for unused, and at first from larger ones.</summary>
    public static readonly TimeSpan EvictionTime = TimeSpan.FromMinutes(2);

    private const short FirstVersionWithTopicIds = 13;
    private const int NoSession = 0, FinalEpoch = -1, FirstEpoch = 0;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, FetchSession> _sessions = [];

    /// <summary>Sessions at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>What is to be fetched for a request, and how its answer is to be finished.</summary>
    public FetchContext Open(FetchRequest request, short version)
    {
        var byTopicId = version >= FirstVersionWithTopicIds;
        if (request.SessionEpoch is not (FirstEpoch or FinalEpoch))
        {
            return Continue(request, byTopicId);
        }

        Remove(request.SessionId);
        return request.SessionEpoch == FirstEpoch ? Begin(request, byTopicId) : WithoutSession(request);
    }

    private static FetchContext WithoutSession(FetchRequest request) => new(request, static response => response);

    private FetchContext Begin(FetchRequest request, bool byTopicId) => new(request, response =>
    {
        response.SessionId = Start(request, response, byTopicId);
        return response;
    });

    private FetchContext Continue(FetchRequest request, bool byTopicId)
    {
        if (Find(request.SessionId) is not { } session)
        {
            return FetchContext.Failed(ErrorCode.FetchSessionIdNotFound);
        }

        var error = session.Continue(request, byTopicId, out var topics);
        if (error != ErrorCode.None)
        {
            return FetchContext.Failed(error);
        }

        if (session.Size == 0 || Partitions > MaxPartitions)
        {
            Remove(session.Id);
            return session.Size == 0 ? WithoutSession(request) : FetchContext.Failed(ErrorCode.FetchSessionIdNotFound);
        }

        var all = new FetchRequest
        {
            MaxWaitMs = request.MaxWaitMs, MinBytes = request.MinBytes, MaxBytes = request.MaxBytes,
            IsolationLevel = request.IsolationLevel, RackId = request.RackId, Topics = topics,
        };
        return new FetchContext(all, response =>
        {
            (response.SessionId, response.Responses) = (session.Id, session.Changed(response.Responses));
            return response;
        });
    }

    private int Partitions
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Values.Sum(session => session.Size);
            }
        }
    }

    private FetchSession? Find(int id)
    {
        lock (_lock)
        {
            return _sessions.GetValueOrDefault(id);
        }
    }

    private void Remove(int id)
    {
        lock (_lock)
        {
            _sessions.Remove(id);
        }
    }

    /// <returns>The id of the new session, or <see cref="NoSession"/>.</returns>
    private int Start(FetchRequest request, FetchResponse response, bool byTopicId)
    {
        var size = request.Topics.Sum(topic => topic.Partitions.Count);
        lock (_lock)
        {
            if ((_sessions.Count >= slots && !Evict(size)) || _sessions.Values.Sum(session => session.Size) + size > MaxPartitions)
            {
                return NoSession;
            }

            int id;
            do
            {
                id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            }
            while (_sessions.ContainsKey(id));
            var session = new FetchSession(id, byTopicId, time);
            session.Start(request, response);
            _sessions[id] = session;
            return id;
        }
    }

    /// <summary>Makes room for a session of that many partitions.</summary>
    private bool Evict(int size)
    {
        if (_sessions.Count == 0)
        {
            return false;
        }

        var unused = _sessions.Values.MinBy(session => session.LastUsed)!;
        if (time.GetElapsedTime(unused.LastUsed) > EvictionTime)
        {
            return _sessions.Remove(unused.Id);
        }

        return _sessions.Values.Where(session => time.GetElapsedTime(session.Created) > EvictionTime).MinBy(session => session.Size) is { } smallest
            && smallest.Size < size && _sessions.Remove(smallest.Id);
    }
}
