using System.Globalization;

namespace Kafkadog.Dashboard.Components;

/// <summary>Ids that tie a label or an explanation to its element, unique in this process and therefore in any page.</summary>
internal static class ElementId
{
    private static int last;

    public static string Next(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref last)}");
}
