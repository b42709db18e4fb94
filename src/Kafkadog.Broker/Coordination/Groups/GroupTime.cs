using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// One reading of both clocks, milliseconds. Timeouts follow the monotonic one, so that a corrected wall clock expires nobody;
/// what is written to the log carries the wall clock, because it must be understood after a restart.
/// </summary>
/// <param name="Monotonic">Milliseconds since an arbitrary start; never goes back.</param>
/// <param name="Unix">Milliseconds since 1970-01-01 UTC.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GroupTime(long Monotonic, long Unix)
{
    public static GroupTime Read(TimeProvider clock) => new(
        (long)clock.GetElapsedTime(0).TotalMilliseconds,
        clock.GetUtcNow().ToUnixTimeMilliseconds());
}
