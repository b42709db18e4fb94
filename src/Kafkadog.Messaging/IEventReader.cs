namespace Kafkadog.Messaging;

/// <summary>
/// Gives a record its meaning. The messaging layer knows no event: the application supplies one reader,
/// which decodes, resolves the type and validates, and never throws for bad bytes.
/// </summary>
public interface IEventReader
{
    ReadResult Read(ReceivedRecord record);
}

/// <summary>What a reader made of a record: exactly one of the nested cases.</summary>
public abstract record ReadResult
{
    private ReadResult()
    {
    }

    /// <summary>A valid event.</summary>
    public sealed record Event(InboundEvent Value) : ReadResult;

    /// <summary>A type this application does not know: counted and skipped, so that new types can be added to a topic.</summary>
    public sealed record Ignored(string Reason) : ReadResult;

    /// <summary>Bytes or values that no attempt can mend: straight to the dead letters.</summary>
    public sealed record Rejected(Failure Failure) : ReadResult;
}

/// <summary>A record together with its meaning.</summary>
/// <param name="EventId">Identity of the event; a redelivery and a re-publication carry the same id.</param>
/// <param name="Type">The event's type name, as in its header.</param>
/// <param name="Key">The ordering key: events of one key are handled one after the other.</param>
/// <param name="Body">The decoded event; handlers switch on its type.</param>
public sealed record InboundEvent(
    ReceivedRecord Record,
    Guid EventId,
    string Type,
    string? Key,
    Guid CorrelationId,
    Guid TraceId,
    object Body);
