using Kafkadog.Contracts;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.CreateOrder;

public sealed partial class OrderForm : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private OrderDraft draft = new();
    private IReadOnlyList<DraftLine> lines = [];
    private FormProblems problems = FormProblems.None;
    private (string What, string NextStep)? failure;
    private string key = NewKey();
    private bool isSending;

    /// <summary>Null while no gateway is ready.</summary>
    [Parameter, EditorRequired]
    public string? GatewayUrl { get; set; }

    [Inject]
    internal GatewayClient Gateway { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }

    private static Money? AmountOf(DraftLine line) =>
        line.Quantity is { } quantity && (Int128)line.Product.Price.Cents * quantity <= Money.Max.Cents ? new(line.Product.Price.Cents * quantity) : null;

    // A visible ASCII text that no other purchase has.
    private static string NewKey() => Guid.NewGuid().ToString();

    /// <summary>Another content is another purchase, so it gets another key; the same content sent again keeps it.</summary>
    private void Change(OrderDraft next)
    {
        draft = next;
        lines = draft.Lines;
        key = NewKey();
        failure = null;
        if (problems.Any)
        {
            Check(); // what is repaired stops being red at once
        }
    }

    private void TakeSample()
    {
        var sample = new SampleOrders(Random.Shared.Next()).Next();
        problems = FormProblems.None;
        Change(sample.Items.Aggregate(new OrderDraft { UserId = sample.UserId }, (d, line) => d.Step(line.ProductId, line.Quantity)));
    }

    private bool Check()
    {
        problems = FormProblems.Of(draft.Check().Select(p => (p.Field, p.Problem)), draft);
        return !problems.Any;
    }

    private async Task PlaceAsync()
    {
        if (isSending || !Check())
        {
            return;
        }

        failure = null;
        if (GatewayUrl is null)
        {
            failure = ("No gateway is ready, so nothing was sent.", "See above; what you typed stays here.");
            return;
        }

        isSending = true;
        try
        {
            Show(await Gateway.PlaceAsync(GatewayUrl, draft.ToRequest(), key, gone.Token));
        }
        catch (HttpRequestException e)
        {
            failure = ($"The gateway at {GatewayUrl} did not answer: {e.Message}", "Is it running? Place the order again when it is: with the same key it is placed once, even if the first request arrived.");
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the page was left
        }
        finally
        {
            isSending = false;
        }
    }

    private void Show(GatewayAnswer answer)
    {
        if (answer.OrderId is { } orderId)
        {
            Navigation.NavigateTo($"/orders/{orderId}");
            return;
        }

        problems = FormProblems.Of((answer.Problem?.Errors ?? []).Select(e => (e.Field, e.Problem)), draft);
        failure = ($"{answer.Status}: {answer.Problem?.Title}", answer.Problem?.Detail ?? "See the log of the gateway: kafkadog logs api-gateway.");
        if (answer.Status == 422)
        {
            key = NewKey();
        }
    }
}
