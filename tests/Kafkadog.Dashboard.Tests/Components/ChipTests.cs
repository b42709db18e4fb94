using Bunit;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class ChipTests : ComponentContext
{
    [Theory]
    [InlineData(ChipKind.Ok, "ok", "✓")]
    [InlineData(ChipKind.Work, "work", "◔")]
    [InlineData(ChipKind.Warn, "warn", "▲")]
    [InlineData(ChipKind.Bad, "bad", "✕")]
    [InlineData(ChipKind.Dup, "dup", "×2")]
    [InlineData(ChipKind.Mute, "mute", "?")]
    public void Chip_has_colour_sign_and_word(ChipKind kind, string css, string sign)
    {
        var chip = Render<Chip>(p => p.Add(c => c.Kind, kind).AddChildContent("word"));

        Assert.Contains(css, chip.Find(".chip").ClassList);
        Assert.Equal(sign, chip.Find(".sign").TextContent);
        Assert.Equal("true", chip.Find(".sign").GetAttribute("aria-hidden"));
        Assert.Equal("word", chip.Find(".word").TextContent);
    }

    [Fact]
    public void Chip_without_a_word_says_its_meaning()
    {
        var chip = Render<Chip>(p => p.Add(c => c.Kind, ChipKind.Dup));

        Assert.Equal("duplicate", chip.Find(".visually-hidden").TextContent);
    }

    [Fact]
    public void Chip_escapes_what_came_from_outside()
    {
        var chip = Render<Chip>(p => p.Add(c => c.Title, Hostile).Add(c => c.ChildContent, b => b.AddContent(0, Hostile)));

        Assert.Empty(chip.FindAll("script"));
        Assert.False(chip.Find(".chip").HasAttribute("onmouseover"));
        Assert.Equal(Hostile, chip.Find(".word").TextContent);
    }
}
