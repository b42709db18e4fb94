using Confluent.Kafka;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Story;

public sealed partial class RecordDrawer : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private RecordLoad state = new RecordLoad.Loading();

    [Parameter, EditorRequired]
    public Place Place { get; set; }

    [Parameter, EditorRequired]
    public long Offset { get; set; }

    [Parameter, EditorRequired]
    public EventCallback OnClose { get; set; }

    [Inject]
    internal RecordReader Reader { get; set; } = null!;

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        state = new RecordLoad.Loading();
        try
        {
            state = await Reader.ReadAsync(Place, Offset, gone.Token) is { } content ? new RecordLoad.Loaded(content) : new RecordLoad.Gone();
        }
        catch (KafkaException e)
        {
            state = new RecordLoad.Failed($"Fetch {Place} @ {Offset}: {e.Error.Code}: {e.Error.Reason}");
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The drawer was closed.
        }
    }

    private abstract record RecordLoad
    {
        public sealed record Loading : RecordLoad;

        public sealed record Failed(string Problem) : RecordLoad;

        /// <summary>The offset holds no record any more.</summary>
        public sealed record Gone : RecordLoad;

        public sealed record Loaded(RecordContent Content) : RecordLoad;
    }
}
