using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Instances;

public sealed partial class FaultForm
{
    private readonly string id = ElementId.Next("fault");
    private readonly FaultDraft draft = new();
    private IReadOnlyDictionary<string, string> problems = new Dictionary<string, string>(StringComparer.Ordinal);
    private bool isWorking;

    [Parameter, EditorRequired]
    public Equatable<FaultService> Services { get; set; } = null!;

    /// <summary>Role, request, and the request in words.</summary>
    [Parameter]
    public EventCallback<(string Role, FaultRequest Fault, string Words)> OnTurnOn { get; set; }

    private int Answering => Services.FirstOrDefault(s => s.Role == draft.Role)?.Answering ?? 0;

    private string? Reason => Answering > 0 ? null : $"No instance of {draft.Role} answers. Start one first.";

    private string? Invalid(string field) => problems.ContainsKey(field) ? "true" : null;

    private async Task TurnOnAsync()
    {
        problems = draft.Problems();
        if (problems.Count > 0 || Reason is not null || isWorking)
        {
            return;
        }

        isWorking = true;
        try
        {
            var request = draft.ToRequest();
            await OnTurnOn.InvokeAsync((draft.Role, request, FaultWords.Of(draft.Role, Preview(request), Answering)));
        }
        finally
        {
            isWorking = false;
        }
    }

    private static ServiceFault Preview(FaultRequest request) =>
        new(0, "before-handler", request.Mode, "active", default, default, request.Kind, request.DelayMs, request.Count, Match: request.Match);
}
