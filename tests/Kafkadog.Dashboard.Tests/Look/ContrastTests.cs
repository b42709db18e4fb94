namespace Kafkadog.Dashboard.Tests.Look;

/// <summary>WCAG 2.2: text 4.5:1, the outline of controls and the mark of focus 3:1.</summary>
public sealed class ContrastTests
{
    public static TheoryData<string> Themes => ["light", "dark"];

    [Theory]
    [MemberData(nameof(Themes))]
    public void Text_is_readable_on_every_ground(string theme)
    {
        var look = StyleSheet.Theme(theme);
        Assert.All(["panel", "bg", "sunken"], ground => Assert.All(["ink", "ink-2", "ink-3", "accent", "bad"], ink => AtLeast(4.5, look, ink, ground)));
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public void Chips_and_ribbons_are_readable(string theme)
    {
        var look = StyleSheet.Theme(theme);
        Assert.All(["ok", "work", "warn", "bad", "dup", "mute", "accent"], kind => AtLeast(4.5, look, kind, kind + "-soft"));
        Assert.All(["ink", "ink-2"], ink => AtLeast(4.5, look, ink, "accent-soft"));
        AtLeast(4.5, look, "on-accent", "accent");
        AtLeast(4.5, look, "on-accent", "accent-hover");
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public void Figures_on_the_colours_of_keys_are_readable_fresh_and_faded(string theme)
    {
        var look = StyleSheet.Theme(theme);
        Assert.All(Enumerable.Range(0, 8), k =>
        {
            AtLeast(4.5, look, $"k{k}-ink", $"k{k}");
            Assert.InRange(look.ContrastOnMix("ink-2", $"k{k}", 0.2, "sunken"), 4.5, 21);
        });
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public void Outlines_of_controls_and_focus_stand_out(string theme)
    {
        var look = StyleSheet.Theme(theme);
        Assert.All(["panel", "bg"], ground => Assert.All(["control", "accent"], line => AtLeast(3, look, line, ground)));
    }

    [Fact]
    public void Dark_theme_gives_every_colour_of_the_light_one() => Assert.Equal(StyleSheet.Light.Names.Order(StringComparer.Ordinal), StyleSheet.Dark.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void Style_sheet_asks_nobody_else()
    {
        Assert.DoesNotContain("url(", StyleSheet.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", StyleSheet.Text, StringComparison.Ordinal);
    }

    private static void AtLeast(double least, StyleSheet look, string ink, string ground)
    {
        var contrast = look.Contrast(ink, ground);
        Assert.True(contrast >= least, $"--{ink} on --{ground} is {contrast:0.00}:1, less than {least}:1.");
    }
}
