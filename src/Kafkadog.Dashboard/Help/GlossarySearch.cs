namespace Kafkadog.Dashboard.Help;

/// <summary>The glossary in its parts, or what of it contains the words looked for.</summary>
internal static class GlossarySearch
{
    private static readonly (GlossaryPart Part, string Title, string[] Pages)[] Parts =
    [
        (GlossaryPart.Log, "The log", ["partitioning", "log-storage", "wire-protocol"]),
        (GlossaryPart.Writing, "Writing", ["idempotent-producer"]),
        (GlossaryPart.Reading, "Groups: reading together", ["consumer-groups", "replay"]),
        (GlossaryPart.Guarantees, "Delivery: what is promised", ["delivery-and-offsets", "idempotency", "outbox"]),
        (GlossaryPart.Failing, "When something fails", ["retry-and-dead-letters"]),
        (GlossaryPart.Shop, "The shop", ["saga", "tracing"]),
    ];

    /// <summary>Every word of <paramref name="text"/> must be somewhere in an entry; parts without any are left out.</summary>
    public static IReadOnlyList<GlossarySection> Find(string? text)
    {
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return
        [
            .. Parts
                .Select(p => new GlossarySection(p.Title, [.. p.Pages.Select(page => $"docs/concepts/{page}.md")], [.. Glossary.All.Where(e => e.Part == p.Part && IsIn(e, words))]))
                .Where(s => s.Entries.Count > 0),
        ];
    }

    private static bool IsIn(GlossaryEntry entry, string[] words) =>
        Array.TrueForAll(words, word => $"{entry.Name} {entry.Key} {entry.Text}".Contains(word, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Pages">Files of the repository that tell more.</param>
internal sealed record GlossarySection(string Title, IReadOnlyList<string> Pages, IReadOnlyList<GlossaryEntry> Entries);
