using Kafkadog.Dashboard.Components;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.CreateOrder;

public sealed partial class BrokenForm : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private readonly Dictionary<string, GatewayAnswer> answers = new(StringComparer.Ordinal);
    private BrokenOrder? sending;
    private BrokenOrder? shown;
    private string? failure;

    [Parameter, EditorRequired]
    public string? GatewayUrl { get; set; }

    [Inject]
    internal GatewayClient Gateway { get; set; } = null!;

    private PanelState State =>
        failure is { } what ? PanelState.Error(what, "Is the gateway running? Send it again when it is.")
        : shown is null ? PanelState.Empty("Send one of them: the answer says what is wrong, field by field, and what to do next.")
        : answers.ContainsKey(shown.Id) ? PanelState.Ready
        : PanelState.Loading;

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }

    private async Task SendAsync(BrokenOrder order)
    {
        (shown, failure) = (order, null);
        if (GatewayUrl is null)
        {
            failure = "No gateway is ready, so nothing was sent.";
            return;
        }

        sending = order;
        answers.Remove(order.Id);
        try
        {
            answers[order.Id] = await Gateway.SendAsync(GatewayUrl, order.Body, order.ContentType, gone.Token);
        }
        catch (HttpRequestException e)
        {
            failure = $"The gateway at {GatewayUrl} did not answer: {e.Message}";
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The page was left.
        }
        finally
        {
            sending = null;
        }
    }
}
