using Bunit;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class CountBarsTests : ComponentContext
{
    private static readonly ChartSeries[] Series = [new("poison", 5), new("retries", 0)];

    private IRenderedComponent<CountBars> Bars(params long[][] counts) => Render<CountBars>(p => p
        .Add(c => c.Label, "Failures")
        .Add(c => c.Series, Series)
        .Add(c => c.Points, [.. counts.Select((c, i) => new CountPoint(Time.GetUtcNow().AddMinutes(i), c))]));

    [Fact]
    public void Columns_are_as_high_as_their_counts_against_the_highest()
    {
        var bars = Bars([1, 3], [0, 0], [2, 0]);

        Assert.Equal(["height:25%", "height:75%", "height:50%"], bars.FindAll(".column i").Select(i => i.GetAttribute("style")));
        Assert.Equal("Failures: 3 poison, 3 retries. The table has each minute.", bars.Find("[role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void Table_has_every_minute_with_something_newest_first()
    {
        var bars = Bars([1, 3], [0, 0], [2, 0]);

        bars.Find("button").Click();

        Assert.Equal(["2", "0", "1", "3"], bars.FindAll("tbody td").Select(t => t.TextContent));
        Assert.All(bars.FindAll("tbody tr"), row => Assert.Equal("row", row.QuerySelector("th")!.GetAttribute("scope")));
    }

    [Fact]
    public void Nothing_at_all_is_drawn_without_dividing_by_it() => Assert.Empty(Bars([0, 0]).FindAll(".column i"));
}
