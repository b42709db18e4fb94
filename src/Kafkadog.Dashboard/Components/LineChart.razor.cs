using System.Globalization;
using Kafkadog.Dashboard.Browser;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Components;

/// <summary>
/// Values over time, drawn in the browser. Give it all points each time: only those after the last one sent go over the wire,
/// and all of them when the first point is another than before and newer than what was sent, or time went backwards.
/// </summary>
public sealed partial class LineChart : IAsyncDisposable
{
    private const int MostTableRows = 60;

    private readonly ScriptObject chart = new(letGo: "dispose");
    private ElementReference plot;
    private DateTimeOffset lastSent = DateTimeOffset.MinValue;
    private IReadOnlyList<ChartMark> marksSent = [];
    private IReadOnlyList<ChartSeries> seriesSent = [];
    private bool isTable;
    private bool isSending;

    /// <summary>What is shown, in words: <c>Lag by group</c>.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>In order of time.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartPoint> Points { get; set; } = [];

    [Parameter]
    public IReadOnlyList<ChartMark> Marks { get; set; } = [];

    [Parameter]
    public string? Unit { get; set; }

    /// <summary>In pixels.</summary>
    [Parameter]
    public int Height { get; set; } = 180;

    /// <summary>How far back the chart reaches from its last point; null is as far as there are points.</summary>
    [Parameter]
    public TimeSpan? Window { get; set; }

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    private IReadOnlyList<DataColumn> TableColumns => [new("at", "Time"), .. Series.Select((s, i) => new DataColumn(string.Create(CultureInfo.InvariantCulture, $"s{i}"), Unit is null ? s.Name : $"{s.Name}, {Unit}", Numeric: true))];

    private IReadOnlyList<ChartPoint> TableRows => [.. Points.Skip(Math.Max(0, Points.Count - MostTableRows)).Reverse()];

    private string Summary
    {
        get
        {
            var last = Points.Count == 0 ? null : Points[^1];
            var values = Series.Select((s, i) => $"{s.Name} {Figures.Rate(last?.Values[i])}");
            return $"{Label}, line chart. Latest: {string.Join(", ", values)}{(Unit is null ? "" : " " + Unit)}. Arrow keys read single values.";
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // One call at a time, in order; what came meanwhile is sent after the next render.
        if (isSending)
        {
            return;
        }

        isSending = true;
        try
        {
            await SendAsync();
        }
        finally
        {
            isSending = false;
        }
    }

    private async Task SendAsync()
    {
        if (!chart.IsThere || !seriesSent.SequenceEqual(Series))
        {
            seriesSent = [.. Series];
            lastSent = DateTimeOffset.MinValue;
            await chart.MakeAsync(Js, Assets[BrowserAssets.Chart], "create", plot, new
            {
                series = Series.Select(s => new { name = s.Name, slot = s.Colour }),
                height = Height,
                unit = Unit,
                windowMs = Window?.TotalMilliseconds,
            });
        }

        if (!chart.IsThere)
        {
            return;
        }

        var points = Points;
        var reset = points.Count > 0 && (points[^1].At < lastSent || points[0].At > lastSent);
        var delta = points.Where(p => reset || p.At > lastSent).Select(Wire).ToList();
        if (delta.Count == 0 && marksSent.SequenceEqual(Marks))
        {
            return;
        }

        if (points.Count > 0)
        {
            lastSent = points[^1].At;
        }

        marksSent = [.. Marks];
        await chart.CallAsync("append", delta, marksSent.Select(m => new { at = m.At.ToUnixTimeMilliseconds(), text = m.Text }), reset);
    }

    private static List<double?> Wire(ChartPoint point) => [point.At.ToUnixTimeMilliseconds(), .. point.Values];

    public ValueTask DisposeAsync() => chart.DisposeAsync();
}
