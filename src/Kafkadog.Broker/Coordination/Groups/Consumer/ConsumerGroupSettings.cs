using System.Globalization;
using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>What one consumer group goes by: its own configuration where it has one, else the broker's. Milliseconds.</summary>
/// <param name="SessionTimeoutMs">A member is gone after this long without a heartbeat.</param>
/// <param name="HeartbeatIntervalMs">How often members are told to call.</param>
/// <param name="AssignmentIntervalMs">The least time between two assignments, so that many changes make one; 0 for none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConsumerGroupSettings(int SessionTimeoutMs, int HeartbeatIntervalMs, int AssignmentIntervalMs)
{
    public const string SessionTimeout = "consumer.session.timeout.ms";
    public const string HeartbeatInterval = "consumer.heartbeat.interval.ms";
    public const string AssignmentInterval = "consumer.assignment.interval.ms";

    /// <summary>A group's own value that the broker no longer allows, because its limits have changed since, counts as the nearest allowed one.</summary>
    public static ConsumerGroupSettings Of(IReadOnlyDictionary<string, string> configs, GroupOptions options)
    {
        return new ConsumerGroupSettings(
            Effective(SessionTimeout, options.ConsumerSessionTimeout, options.ConsumerMinSessionTimeout, options.ConsumerMaxSessionTimeout),
            Effective(HeartbeatInterval, options.ConsumerHeartbeatInterval, options.ConsumerMinHeartbeatInterval, options.ConsumerMaxHeartbeatInterval),
            Effective(AssignmentInterval, options.ConsumerAssignmentInterval, options.ConsumerMinAssignmentInterval, options.ConsumerMaxAssignmentInterval));

        int Effective(string name, TimeSpan fallback, TimeSpan least, TimeSpan most) => configs.TryGetValue(name, out var own)
            ? Math.Clamp(int.Parse(own, CultureInfo.InvariantCulture), (int)least.TotalMilliseconds, Math.Max((int)least.TotalMilliseconds, (int)most.TotalMilliseconds))
            : (int)fallback.TotalMilliseconds;
    }
}
