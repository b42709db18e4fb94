using System.Globalization;

namespace Kafkadog.Dashboard.Components;

/// <summary>Addresses in the Kafka console. Names from outside are escaped: a topic's name is not ours to trust.</summary>
internal static class ConsoleLinks
{
    public static string Record(string consoleUrl, string topic, int partition, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Topic(consoleUrl, topic)}/p/{partition}/o/{offset}");

    public static string Topic(string consoleUrl, string topic) => $"{consoleUrl.TrimEnd('/')}/topics/{Uri.EscapeDataString(topic)}";

    public static string Group(string consoleUrl, string group) => $"{consoleUrl.TrimEnd('/')}/groups/{Uri.EscapeDataString(group)}";
}
