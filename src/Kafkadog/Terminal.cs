using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Kafkadog;

/// <summary>
/// Standard output for results and standard error for everything said about them. Colour and cursor movement only on a
/// terminal; redirected output is plain and never wrapped.
/// </summary>
internal static class Terminal
{
    private const int UnwrappedWidth = 10_000;

    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    public static bool IsInteractive => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public static void Fail(string problem, string next)
    {
        Error.MarkupLineInterpolated($"[red]error:[/] {problem}");
        Error.MarkupLineInterpolated($"[grey] next:[/] {next}");
    }

    /// <summary>A remark beside the result.</summary>
    public static void Say(string remark) => Console.Error.WriteLine(remark);

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";

    /// <summary>Text from outside, safe to show: control and formatting characters appear as escapes.</summary>
    public static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && text.All(c => !IsUnsafe(c)))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => safe.Append("\\n"),
                '\r' => safe.Append("\\r"),
                '\t' => safe.Append("\\t"),
                _ when IsUnsafe(c) => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => safe.Append(c),
            };
        }

        return safe.ToString();
    }

    /// <summary>A table with plain borders on a terminal and bare columns elsewhere.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Markup($"[grey]{Markup.Escape(column)}[/]")).NoWrap().PadRight(2));
        }

        return table;
    }

    /// <summary>Adds a row of text cells: nothing in them is read as markup or reaches the terminal unescaped.</summary>
    public static void Row(this Table table, params string[] cells) =>
        table.AddRow(cells.Select(c => new Text(Printable(c))));

    private static bool IsUnsafe(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var plain = redirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = UnwrappedWidth;
        }

        return console;
    }
}
