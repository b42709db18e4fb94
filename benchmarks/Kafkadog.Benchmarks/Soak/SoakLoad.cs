using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>All kinds of load together, each loop on a thread of its own.</summary>
internal sealed class SoakLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>After all is read: what is there once too often comes late.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stopWriting = new();
    private readonly CancellationTokenSource stopReading = new();
    private readonly IReadOnlyList<SoakPart> parts;
    private readonly Tally tally;
    private readonly List<Task> writers;
    private readonly List<Task> readers;

    public SoakLoad(SoakBroker broker, Tally tally)
    {
        this.tally = tally;
        var clients = new SoakClients(broker.Servers, tally);
        parts =
        [
            new NumberedStream(clients), new Transfers(clients), new Table(clients), new MixedProducers(clients), new RestlessGroup(clients, GroupProtocol.Classic),
            new RestlessGroup(clients, GroupProtocol.Consumer), new PassingClients(clients, broker.Port), new AdminRounds(clients),
        ];
        writers = [.. parts.SelectMany(part => part.Writers.Select(loop => Start(part, loop, stopWriting.Token)))];
        readers = [.. parts.SelectMany(part => part.Readers.Select(loop => Start(part, loop, stopReading.Token)))];
    }

    /// <summary>Fails when a loop did.</summary>
    public Task RunForAsync(TimeSpan time) => Task.WhenAny([Task.Delay(time), .. writers, .. readers]).Unwrap();

    /// <summary>Lets the writers end, the readers catch up, and looks whether all is right.</summary>
    public async Task<List<Verdict>> FinishAsync()
    {
        await stopWriting.CancelAsync();
        var writing = await StillRunningAsync(writers);
        using (var waiting = new CancellationTokenSource(Patience))
        {
            while (!waiting.IsCancellationRequested && parts.Any(part => !part.IsAllRead))
            {
                await Task.Delay(100);
            }
        }

        await Task.Delay(Afterwards);
        await stopReading.CancelAsync();
        var reading = await StillRunningAsync(readers);
        return [new("every client ends when it should", $"{writing + reading} still run", writing + reading == 0), .. parts.SelectMany(Check)];
    }

    public void Dispose()
    {
        stopWriting.Dispose();
        stopReading.Dispose();
    }

    private static IReadOnlyList<Verdict> Check(SoakPart part)
    {
        try
        {
            return [.. part.Check()];
        }
        catch (Exception e) when (e is KafkaException or TimeoutException)
        {
            return [new($"{part.Name}: what must hold", $"cannot be seen: {e.Message}", Holds: false)];
        }
    }

    private static async Task<int> StillRunningAsync(List<Task> loops)
    {
        await Task.WhenAny(Task.WhenAll(loops), Task.Delay(Patience));
        return loops.Count(loop => !loop.IsCompletedSuccessfully);
    }

    private Task Start(SoakPart part, Action<CancellationToken> loop, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    loop(stop);
                }
                catch (KafkaException e)
                {
                    tally.Failed(part.Name, $"{e.Error.Code}, begun anew");
                }
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
