namespace Kafkadog.Messaging;

/// <summary>State and switches of a service's messaging, for its endpoints and for tools.</summary>
public interface IMessagingControl
{
    IReadOnlyList<ConsumerStatus> Consumers { get; }

    /// <summary>Why the service cannot do its work now; empty when it is ready.</summary>
    IReadOnlyList<string> NotReadyBecause { get; }

    /// <summary>Why the process should be restarted; empty when it is alive. Never looks at broker or database: a restart does not heal them.</summary>
    IReadOnlyList<string> NotAliveBecause { get; }

    /// <summary>
    /// Makes a consumer finish what is in flight and leave its group, so that the group's offsets can be changed.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The service has no such consumer.</exception>
    Task StopConsumingAsync(string group, CancellationToken cancellationToken);

    /// <summary>Lets a stopped consumer join its group again.</summary>
    /// <exception cref="KeyNotFoundException">The service has no such consumer.</exception>
    void ResumeConsuming(string group);
}

/// <param name="State"><c>running</c>, <c>stopping</c>, <c>stopped</c> or <c>rebuilding</c>.</param>
/// <param name="Assignment">Partitions held now, as <c>topic-partition</c>.</param>
/// <param name="InFlight">Records between poll and stored offset.</param>
/// <param name="Paused">Partitions paused because too much of them is in flight.</param>
/// <param name="Blocked">Partitions that wait because a failure could not be recorded.</param>
public sealed record ConsumerStatus(
    string Group,
    IReadOnlyList<string> Topics,
    string State,
    IReadOnlyList<string> Assignment,
    int InFlight,
    int Paused,
    int Blocked);
