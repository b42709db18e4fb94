namespace Kafkadog.Messaging;

/// <summary>Why a record could not be handled, and so what happens to it next.</summary>
public enum FailureKind
{
    /// <summary>Not decodable, or it takes the process down: to the dead letters at once.</summary>
    Poison,

    /// <summary>Decodable but wrong, and no later attempt will change that: to the dead letters at once.</summary>
    Permanent,

    /// <summary>May succeed later: retried in place, then through the retry topic.</summary>
    Transient,

    /// <summary>Was transient until the last attempt: to the dead letters.</summary>
    Exhausted,
}

/// <summary>Where in its life a record failed; written to the header <c>x-error-stage</c>.</summary>
public enum FailureStage
{
    Deserialize,
    Validate,
    Process,
    Produce,
    Schedule,
}

/// <param name="ErrorClass">A stable, low-cardinality name, such as an exception type or <c>ORDER_ID_REUSED</c>.</param>
/// <param name="Message">For people; at most 1 KB of it is kept in headers.</param>
public sealed record Failure(FailureKind Kind, FailureStage Stage, string ErrorClass, string Message);
