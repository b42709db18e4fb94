using Bunit;
using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class LineChartTests : ComponentContext
{
    private static readonly ChartSeries[] Series = [new("payment", 0), new("saga", 1)];

    private readonly BunitJSModuleInterop module;
    private readonly BunitJSModuleInterop chart;

    public LineChartTests()
    {
        module = JSInterop.SetupModule("./" + BrowserAssets.Chart);
        module.Mode = JSRuntimeMode.Loose;
        chart = module.SetupModule("create", _ => true);
        chart.Mode = JSRuntimeMode.Loose;
    }

    private ChartPoint Point(int second, double? payment = 1, double? saga = 2) => new(Time.GetUtcNow().AddSeconds(second), [payment, saga]);

    private List<(int Rows, bool Reset)> Sent() =>
        [.. chart.Invocations["append"].Select(i => (((List<List<double?>>)i.Arguments[0]!).Count, (bool)i.Arguments[2]!))];

    [Fact]
    public void Chart_sends_only_what_is_new()
    {
        ChartPoint[] points = [Point(1), Point(2)];
        var component = Render<LineChart>(p => p.Add(c => c.Label, "Lag").Add(c => c.Series, Series).Add(c => c.Points, points));
        component.Render(p => p.Add(c => c.Points, [.. points, Point(3)]));
        component.Render(p => p.Add(c => c.Points, [.. points, Point(3)]));

        Assert.Equal([2, 1], Sent().Select(s => s.Rows));
        Assert.False(Sent()[1].Reset);
    }

    [Fact]
    public void Chart_starts_anew_when_time_goes_back()
    {
        var component = Render<LineChart>(p => p.Add(c => c.Label, "Lag").Add(c => c.Series, Series).Add(c => c.Points, [Point(10), Point(11)]));
        component.Render(p => p.Add(c => c.Points, [Point(1), Point(2), Point(3)]));

        Assert.Equal((3, true), Sent()[^1]);
    }

    [Fact]
    public void Chart_can_be_read_as_a_table_newest_first_with_gaps_as_dashes()
    {
        var component = Render<LineChart>(p => p.Add(c => c.Label, "Lag").Add(c => c.Series, Series).Add(c => c.Unit, "records").Add(c => c.Points, [Point(1), Point(2, payment: null)]));

        component.Find("button").Click();

        Assert.Equal(["Time", "payment, records", "saga, records"], component.FindAll("thead th").Select(t => t.TextContent.Trim()));
        Assert.Equal("—", component.Find("tbody td").TextContent);
        Assert.True(component.Find(".chart-plot").HasAttribute("hidden"));
    }

    [Fact]
    public void Chart_says_its_latest_values_in_words()
    {
        var component = Render<LineChart>(p => p.Add(c => c.Label, "Lag").Add(c => c.Series, Series).Add(c => c.Unit, "records").Add(c => c.Points, [Point(1)]));

        Assert.StartsWith("Lag, line chart. Latest: payment 1.0, saga 2.0 records.", component.Find("[role=img]").GetAttribute("aria-label"), StringComparison.Ordinal);
    }
}
