using System.Text.Encodings.Web;
using System.Text.Json;
using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.DeadLetters;

public sealed partial class LetterPage
{
    private static readonly DataColumn[] StepColumns = [new("at", "Time"), new("what", "What"), new("error", "Error"), new("record", "Record")];

    private static readonly DataColumn[] HeaderColumns = [new("key", "Header"), new("value", "Value")];

    /// <summary>Razor escapes what HTML needs; letters of other languages stay readable.</summary>
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Answer<FullLetter> letter = Answer<FullLetter>.None;

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Bytes { get; set; }

    protected override object Question => Path;

    private string Path => $"/dlq/{Id}";

    private Answer<FullLetter> Found => letter.To(Path);

    private bool IsHex => Bytes == "hex";

    private PanelState State => Found.State(_ => null, AtLatest);

    public override DeadLettersView MakeView(Observed observed, Moment moment) => DeadLettersView.Of(observed, moment);

    protected override object Reason(DeadLettersView view) => view.Reason;

    protected override async Task AskAsync(DeadLettersView view, CancellationToken cancellationToken) =>
        letter = await letter.AskAsync(Api, view.Service, Path, Time, cancellationToken);

    private static string Body(FullLetter letter) =>
        letter.Body is { } body ? JsonSerializer.Serialize(body, Readable) : "The value is not JSON; the console shows its bytes.";

    /// <summary>A header may be there more than once.</summary>
    private static List<(int Position, string Key, string? Value)> Headers(FullLetter letter) => [.. letter.Headers.Select((h, i) => (i, h.Key, h.Value))];
}
