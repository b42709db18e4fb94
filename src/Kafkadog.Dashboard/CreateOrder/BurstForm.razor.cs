using System.Globalization;
using Kafkadog.Dashboard.Components;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.CreateOrder;

public sealed partial class BurstForm : IDisposable
{
    private string orders = "20";
    private string perSecond = "5";
    private string seed = "1";
    private string? failure;

    [Parameter, EditorRequired]
    public string? GatewayUrl { get; set; }

    [Inject]
    internal BurstRun Run { get; set; } = null!;

    private BurstRequest Request => new(Number(orders) ?? 0, Number(perSecond) ?? 0, Number(seed) ?? 0);

    private PanelState State => Run.Progress is null ? PanelState.Empty("Nothing placed yet. The counts of this burst appear here while it runs.") : PanelState.Ready;

    public void Dispose() => Run.Changed -= OnChanged;

    protected override void OnInitialized() => Run.Changed += OnChanged;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);

    private string Word(BurstProgress p) =>
        Run.IsRunning ? $"{p.Started} sent, {p.Started - p.Answered} on the way."
        : Run.WasStopped ? $"Stopped after {p.Started} of {p.Planned}."
        : $"All {p.Planned} are answered.";

    private async Task RunAsync()
    {
        failure = GatewayUrl is null ? "No gateway is ready, so nothing was sent. See above." : null;
        if (GatewayUrl is not null && Request.IsValid)
        {
            await Run.RunAsync(GatewayUrl, Request);
        }
    }
}
