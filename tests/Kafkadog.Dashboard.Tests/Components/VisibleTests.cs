using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class VisibleTests
{
    [Theory]
    [InlineData("user-001", "user-001")]
    [InlineData("Grüße, 日本, 👍", "Grüße, 日本, 👍")]
    [InlineData("a\0b\u001b[31m", "a␀b␛[31m")]
    [InlineData("one\r\ntwo\t3", "one␍␊two␉3")]
    [InlineData("gpj\u202e.exe", "gpj⟨U+202E⟩.exe")]
    [InlineData("a\u200bb\ufeffc\u2066d", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2066⟩d")]
    [InlineData("\u007f\u0085\u2028\u2029", "␡⟨U+0085⟩⟨U+2028⟩⟨U+2029⟩")]
    [InlineData("\U000E0041\u3164\ue000", "⟨U+E0041⟩⟨U+3164⟩⟨U+E000⟩")]
    [InlineData("<b>", "<b>")]
    public void Line_shows_what_cannot_be_seen(string text, string shown) => Assert.Equal(shown, Visible.Line(text));

    [Fact]
    public void Half_of_a_character_is_shown_as_broken() => Assert.Equal("a\ufffdb", Visible.Line("a" + (char)0xd83d + "b"));

    [Fact]
    public void Block_keeps_lines_and_tabs_but_nothing_that_moves_the_cursor() =>
        Assert.Equal("{\n\t\"a\": \"␈⟨U+202E⟩\"\n}", Visible.Block("{\r\n\t\"a\": \"\b\u202e\"\r\n}"));

    [Fact]
    public void Long_text_is_cut_between_characters()
    {
        Assert.Equal("👍👍…", Visible.Line("👍👍👍", 2));
        Assert.Equal("ab", Visible.Line("ab", 2));
        Assert.Equal("ab…", Visible.Block("abc", 2));
    }

    [Fact]
    public void No_text_is_empty_text() => Assert.Equal("", Visible.Line(null));

    [Fact]
    public void Whatever_is_shown_is_plain()
    {
        var all = string.Concat(Enumerable.Range(0, 0x3000).Where(c => c is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32));

        Assert.Equal(Visible.Line(all, int.MaxValue), Visible.Line(Visible.Line(all, int.MaxValue), int.MaxValue));
        Assert.DoesNotContain(Visible.Line(all, int.MaxValue), char.IsControl);
    }
}
