using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using HdrHistogram;

namespace Kafkadog.Benchmarks.Orders;

/// <summary>
/// Places orders through the gateway at a fixed rate and watches <c>orders.outcome.v1</c> for their outcomes.
/// The schedule is open-loop: a slow answer does not slow the arrivals, so waiting shows up as latency instead of
/// disappearing (coordinated omission).
/// </summary>
internal sealed class OrderLoad(string gateway, string bootstrapServers) : IDisposable
{
    private const long MicrosecondsPerHour = 3_600_000_000;
    private static readonly string[] Products =
        ["product-1", "product-2", "product-3", "product-4", "product-5", "product-6", "product-7", "product-8"];

    private static readonly decimal[] Prices = [999.99m, 699.99m, 199.99m, 399.99m, 299.99m, 499.99m, 799.99m, 149.99m];

    private readonly ConcurrentDictionary<string, long> placedAt = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> outcomeAt = new(StringComparer.Ordinal);
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
    {
        BaseAddress = new Uri(gateway),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private int refused;

    /// <summary>Runs the load and waits until every accepted order has its outcome, or until <paramref name="patience"/> ends.</summary>
    public async Task<OrderLoadResult> RunAsync(int ordersPerSecond, TimeSpan duration, TimeSpan patience)
    {
        using var stop = new CancellationTokenSource();
        var watching = StartOutcomeWatcher(stop.Token);
        await watching.Ready;

        var start = Stopwatch.GetTimestamp();
        var total = (int)(ordersPerSecond * duration.TotalSeconds);
        var requests = new List<Task>(total);
        for (var i = 0; i < total; i++)
        {
            var due = start + (long)(i / (double)ordersPerSecond * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due)
            {
                await Task.Delay(1);
            }

            requests.Add(PlaceAsync(i, due));
        }

        await Task.WhenAll(requests);
        var posted = Stopwatch.GetElapsedTime(start);
        var giveUp = Stopwatch.GetTimestamp() + (long)(patience.TotalSeconds * Stopwatch.Frequency);
        while (placedAt.Keys.Any(id => !outcomeAt.ContainsKey(id)) && Stopwatch.GetTimestamp() < giveUp)
        {
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await watching.Finished;
        return Summarise(start, posted);
    }

    public void Dispose() => http.Dispose();

    private async Task PlaceAsync(int number, long due)
    {
        var product = number % Products.Length;
        var body = JsonSerializer.Serialize(new
        {
            userId = $"user-{(number % 5) + 1:000}",
            items = new[] { new { productId = Products[product], quantity = 1 + (number % 2), price = Prices[product] } },
        });
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        try
        {
            using var response = await http.PostAsync(new Uri("/orders", UriKind.Relative), content);
            if (!response.IsSuccessStatusCode)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            using var answer = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
            placedAt[answer.RootElement.GetProperty("orderId").GetString()!] = due;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            Interlocked.Increment(ref refused);
        }
    }

    private OutcomeWatcher StartOutcomeWatcher(CancellationToken stop)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finished = Task.Factory.StartNew(() => Watch(ready, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new(ready.Task, finished);
    }

    private void Watch(TaskCompletionSource ready, CancellationToken stop)
    {
        using var consumer = new ConsumerBuilder<string, Ignore>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "benchmark",
            EnableAutoCommit = false,
            FetchWaitMaxMs = 500,
        }).Build();
        var partitions = Enumerable.Range(0, 3).Select(p => new TopicPartition("orders.outcome.v1", p)).ToList();
        consumer.Assign(partitions.Select(p =>
            new TopicPartitionOffset(p, consumer.QueryWatermarkOffsets(p, TimeSpan.FromSeconds(10)).High)));
        ready.SetResult();
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { Message.Key: { } orderId })
            {
                outcomeAt.TryAdd(orderId, Stopwatch.GetTimestamp());
            }
        }

        consumer.Close();
    }

    private OrderLoadResult Summarise(long start, TimeSpan posted)
    {
        var latencies = new LongHistogram(MicrosecondsPerHour, 3);
        var last = start;
        var without = 0;
        foreach (var (order, placed) in placedAt)
        {
            if (!outcomeAt.TryGetValue(order, out var outcome))
            {
                without++;
                continue;
            }

            latencies.RecordValue(Math.Max(1, (long)Stopwatch.GetElapsedTime(placed, outcome).TotalMicroseconds));
            last = Math.Max(last, outcome);
        }

        return new(placedAt.Count, refused, without, posted, Stopwatch.GetElapsedTime(start, last), latencies);
    }

    private sealed record OutcomeWatcher(Task Ready, Task Finished);
}

/// <param name="Accepted">Orders answered with 201.</param>
/// <param name="Refused">Orders answered with anything else, or not at all.</param>
/// <param name="WithoutOutcome">Accepted orders for which no outcome record was seen.</param>
/// <param name="Posting">Time from the first arrival to the last answer.</param>
/// <param name="ToLastOutcome">Time from the first arrival to the last outcome record.</param>
/// <param name="Latencies">Scheduled arrival to outcome record as a consumer sees it, in microseconds.</param>
internal sealed record OrderLoadResult(
    int Accepted, int Refused, int WithoutOutcome, TimeSpan Posting, TimeSpan ToLastOutcome, LongHistogram Latencies)
{
    public double OutcomesPerSecond => (Accepted - WithoutOutcome) / ToLastOutcome.TotalSeconds;

    public double Percentile(double percentile) => Latencies.GetValueAtPercentile(percentile) / 1000.0;
}
