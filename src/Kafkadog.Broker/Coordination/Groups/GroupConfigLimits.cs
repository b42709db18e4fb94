using System.Globalization;
using Kafkadog.Broker.Coordination.Groups.Consumer;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What the broker allows groups to set for themselves.</summary>
internal static class GroupConfigLimits
{
    /// <summary>Null when the settings, each legal by itself, keep the broker's limits and fit each other.</summary>
    public static string? Problem(IReadOnlyDictionary<string, string> configs, GroupOptions options)
    {
        return Outside(ConsumerGroupSettings.HeartbeatInterval, options.ConsumerMinHeartbeatInterval, options.ConsumerMaxHeartbeatInterval)
            ?? Outside(ConsumerGroupSettings.SessionTimeout, options.ConsumerMinSessionTimeout, options.ConsumerMaxSessionTimeout)
            ?? Outside(ConsumerGroupSettings.AssignmentInterval, options.ConsumerMinAssignmentInterval, options.ConsumerMaxAssignmentInterval)
            ?? Session();

        string? Outside(string name, TimeSpan least, TimeSpan most)
        {
            if (!configs.TryGetValue(name, out var text)) return null;
            var value = int.Parse(text, CultureInfo.InvariantCulture);
            if (value < least.TotalMilliseconds) return $"{name} must be greater than or equal to group.{name.Insert("consumer.".Length, "min.")}";
            return value > most.TotalMilliseconds ? $"{name} must be less than or equal to group.{name.Insert("consumer.".Length, "max.")}" : null;
        }

        string? Session()
        {
            var effective = ConsumerGroupSettings.Of(configs, options);
            return effective.SessionTimeoutMs > effective.HeartbeatIntervalMs ? null
                : $"{ConsumerGroupSettings.SessionTimeout} must be greater than {ConsumerGroupSettings.HeartbeatInterval}";
        }
    }
}
