using System.Globalization;
using System.Text;

namespace Kafkadog.Dashboard.Components;

/// <summary>Bytes as <c>hexdump -C</c> shows them: position, sixteen bytes, and what of them is ASCII.</summary>
public static class ByteDump
{
    public const int MostShown = 4096;

    private const int PerLine = 16;

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var shown = bytes[..Math.Min(bytes.Length, MostShown)];
        var text = new StringBuilder();
        for (var at = 0; at < shown.Length; at += PerLine)
        {
            var line = shown[at..Math.Min(at + PerLine, shown.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{at:x8} ");
            for (var i = 0; i < PerLine; i++)
            {
                text.Append(i == PerLine / 2 ? "  " : " ").Append(i < line.Length ? line[i].ToString("x2", CultureInfo.InvariantCulture) : "  ");
            }

            text.Append("  ");
            foreach (var b in line)
            {
                text.Append(b is >= (byte)' ' and < 0x7f ? (char)b : '.');
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
