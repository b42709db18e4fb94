using System.Text.Json;
using Kafkadog.Messaging.Faults;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// What an exception of a handler means. Anything unknown may succeed later; only these never will, however often
/// the same bytes are handled.
/// </summary>
internal static class FailureClassification
{
    private static readonly Type[] NeverRetried =
    [
        typeof(JsonException), typeof(FormatException), typeof(NotSupportedException), typeof(NotImplementedException),
        typeof(InvalidCastException), typeof(OverflowException), typeof(DivideByZeroException),
    ];

    public static Failure Of(Exception exception) => new(
        exception is InjectedFaultException { IsPermanent: true } || Array.Exists(NeverRetried, type => type.IsInstanceOfType(exception))
            ? FailureKind.Permanent
            : FailureKind.Transient,
        FailureStage.Process,
        exception.GetType().Name,
        exception.Message);
}
