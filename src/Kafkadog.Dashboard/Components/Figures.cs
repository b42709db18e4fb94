using System.Globalization;
using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Components;

/// <summary>Figures as text. What is not known is a dash, never 0.</summary>
internal static class Figures
{
    public const string Unknown = "—";

    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary><c>12,345</c></summary>
    public static string Count(long? count) => count is { } c ? c.ToString("#,0", CultureInfo.InvariantCulture) : Unknown;

    /// <summary><c>1,299.97</c></summary>
    public static string Amount(Money? money) => money is { } m ? m.ToDecimal().ToString("#,0.00", CultureInfo.InvariantCulture) : Unknown;

    /// <summary><c>6.2</c>, <c>0.04</c>, <c>1,240</c>: two or three digits that count.</summary>
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => Unknown,
        0 => "0",
        < 0.995 => perSecond.Value.ToString("0.00", CultureInfo.InvariantCulture),
        < 99.95 => perSecond.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => perSecond.Value.ToString("#,0", CultureInfo.InvariantCulture),
    };

    /// <summary><c>312 B</c>, <c>1.4 MiB</c></summary>
    public static string Bytes(long? bytes)
    {
        if (bytes is not { } size)
        {
            return Unknown;
        }

        var unit = 0;
        double value = size;
        while (value >= 1023.5 && unit < ByteUnits.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(unit == 0 || value >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + ByteUnits[unit];
    }

    /// <summary>The last six signs of an id, <c>…35ca41</c>: ids begin with their time, so the beginnings are alike. Short ones stay whole.</summary>
    public static string ShortId(string id) => id.Length <= 10 ? id : "…" + id[^6..];
}
