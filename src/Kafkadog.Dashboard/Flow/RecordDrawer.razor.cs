using Confluent.Kafka;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Flow;

public sealed partial class RecordDrawer
{
    private CancellationTokenSource? reading;
    private RecordPlace? shown;
    private RecordContent? content;
    private bool isReading;
    private bool isHex;
    private string? problem;

    [Inject]
    private IOptions<DashboardOptions> Options { get; set; } = null!;

    [Parameter, EditorRequired]
    public RecordPlace Place { get; set; } = null!;

    [Parameter]
    public EventCallback OnClose { get; set; }

    public void Dispose()
    {
        reading?.Cancel();
        reading?.Dispose();
    }

    protected override Task OnParametersSetAsync()
    {
        if (shown == Place)
        {
            return Task.CompletedTask;
        }

        shown = Place;
        return ReadAsync();
    }

    private async Task ReadAsync()
    {
        Dispose();
        reading = new CancellationTokenSource();
        var token = reading.Token;
        (isReading, problem, content) = (true, null, null);
        try
        {
            content = await Reader.ReadAsync(new Place(Place.Topic, Place.Partition), Place.Offset, token);
        }
        catch (KafkaException e)
        {
            problem = $"Fetch {Place.Topic}[{Place.Partition}] @ {Place.Offset}: {e.Error.Code} ({e.Error.Reason})";
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return;
        }

        isReading = false;
    }
}
