using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Kafkadog.Dashboard.Components;

/// <summary>An action in two steps: the first click says what will happen, the second does it.</summary>
public sealed partial class ConfirmButton
{
    private readonly string effectId = ElementId.Next("effect");
    private readonly string reasonId = ElementId.Next("reason");
    private ElementReference first;
    private ElementReference yes;
    private bool isAsking;
    private bool isWorking;
    private bool mustMoveFocus;

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>What will happen, with numbers: <c>Kills payment-service-2; its 2 partitions move after about 10 s.</c></summary>
    [Parameter, EditorRequired]
    public string Effect { get; set; } = "";

    /// <summary>On the second button; the label when null.</summary>
    [Parameter]
    public string? ConfirmLabel { get; set; }

    /// <summary>Why it cannot be done now. The button stays reachable, so that the reason can be read.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Keeps the reason to the tooltip and screen readers, where space is short.</summary>
    [Parameter]
    public bool HideReason { get; set; }

    [Parameter, EditorRequired]
    public EventCallback OnConfirm { get; set; }

    /// <summary>Such as <c>danger</c>, <c>tiny</c>, <c>primary</c>.</summary>
    [Parameter]
    public string? Class { get; set; }

    /// <summary>Other content for the first button than the label.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (mustMoveFocus)
        {
            mustMoveFocus = false;
            await (isAsking ? yes : first).FocusAsync();
        }
    }

    private void Ask()
    {
        if (Reason is null)
        {
            isAsking = true;
            mustMoveFocus = true;
        }
    }

    private void Cancel()
    {
        isAsking = false;
        mustMoveFocus = true;
    }

    private void OnKey(KeyboardEventArgs e)
    {
        if (e.Key == "Escape" && !isWorking)
        {
            Cancel();
        }
    }

    private async Task ConfirmAsync()
    {
        isWorking = true;
        try
        {
            await OnConfirm.InvokeAsync();
        }
        finally
        {
            isWorking = false;
            Cancel();
        }
    }
}
