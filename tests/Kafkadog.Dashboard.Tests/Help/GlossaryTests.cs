using Kafkadog.Dashboard.Help;

namespace Kafkadog.Dashboard.Tests.Help;

public sealed class GlossaryTests
{
    [Theory]
    [InlineData("offset")]
    [InlineData("partition")]
    [InlineData("log-end-offset")]
    [InlineData("high-watermark")]
    [InlineData("committed-offset")]
    [InlineData("lag")]
    [InlineData("consumer-group")]
    [InlineData("member")]
    [InlineData("generation")]
    [InlineData("assignor")]
    [InlineData("rebalance")]
    [InlineData("session-timeout")]
    [InlineData("key")]
    [InlineData("tombstone")]
    [InlineData("dead-letter")]
    [InlineData("retry")]
    [InlineData("in-place-retry")]
    [InlineData("inbox")]
    [InlineData("outbox")]
    [InlineData("saga")]
    [InlineData("compensation")]
    [InlineData("idempotence")]
    [InlineData("at-least-once")]
    [InlineData("fingerprint")]
    [InlineData("correlation-id")]
    [InlineData("causation-id")]
    [InlineData("segment")]
    [InlineData("retention")]
    public void Glossary_explains_the_words_that_pages_use(string key) => Assert.NotEmpty(Glossary.Get(key).Text);

    [Fact]
    public void Every_entry_is_short_ends_with_a_full_stop_and_has_a_key_fit_for_an_anchor() => Assert.All(Glossary.All, entry =>
    {
        Assert.Matches("^[a-z0-9-]+$", entry.Key);
        Assert.InRange(entry.Text.Length, 30, 180);
        Assert.EndsWith(".", entry.Text, StringComparison.Ordinal);
        Assert.InRange(entry.Text.Split(". ").Length, 1, 3);
    });

    [Fact]
    public void Every_shortcut_of_the_help_page_is_listened_to_and_leads_to_the_same_page()
    {
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "look", "kafkadog.js"));

        Assert.All(Shortcuts.All.Where(s => s.Keys[0] == "g"), s => Assert.Contains($"{s.Keys[1]}: '{s.Path}'", script, StringComparison.Ordinal));
        Assert.All(Shortcuts.All.Where(s => s.Keys.Count == 1), s => Assert.Contains($"'{s.Keys[0] switch { "Space" => " ", "Esc" => "Escape", var key => key }}'", script, StringComparison.Ordinal));
    }
}
