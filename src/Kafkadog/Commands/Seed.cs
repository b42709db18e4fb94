using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog seed N</c>: places orders through the gateway and tells what became of them.</summary>
internal static class Seed
{
    private const int MostAtOnce = 256;

    public static Command Create()
    {
        var count = new Argument<int>("N") { Description = "How many orders", DefaultValueFactory = _ => 10 };
        count.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1)
            {
                r.AddError("N is a number of orders, at least 1.");
            }
        });
        var rate = new Option<double?>("--rate") { Description = "Orders a second (default: as fast as they are answered)" };
        var watch = new Option<bool>("--watch") { Description = "Show each order as it is settled" };
        var seed = new Option<int>("--seed") { Description = "The same seed places the same orders", DefaultValueFactory = _ => 1 };
        var timeout = new Option<int>("--timeout") { Description = "Seconds to wait for the outcome of an order", DefaultValueFactory = _ => 60 };
        var verb = new Verb("seed", "Place orders and see what becomes of them", "seed 20 --watch", "seed 1000 --rate 100")
        {
            count, rate, watch, seed, timeout, ShopAddress.Gateway, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var shop = new OrderClient(await ShopAddress.GatewayAsync(parsed, cancelled), TimeSpan.FromSeconds(parsed.GetValue(timeout)));
            var results = new SeedResults();
            var total = parsed.GetValue(count);
            var orders = PaceAsync(new OrderGenerator(parsed.GetValue(seed)), total, parsed.GetValue(rate), cancelled);
            var json = parsed.GetValue(CommonOptions.Json);

            async Task PlaceAllAsync(Action<SettledOrder> settled) => await Parallel.ForEachAsync(
                orders,
                new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancelled },
                async (order, token) =>
                {
                    var done = await shop.PlaceAndWaitAsync(order, token);
                    results.Add(done);
                    settled(done);
                });

            var began = Stopwatch.GetTimestamp();
            if (parsed.GetValue(watch) || json || !Terminal.IsInteractive)
            {
                await PlaceAllAsync(done =>
                {
                    if (parsed.GetValue(watch))
                    {
                        Terminal.Error.MarkupLineInterpolated($"{done.OrderId}  {done.Status,-10} {done.Code,-18} [grey]{Terminal.Seconds(done.Settled)}[/]");
                    }
                });
            }
            else
            {
                await Terminal.Error.Progress().StartAsync(async progress =>
                {
                    var bar = progress.AddTask("orders", maxValue: total);
                    await PlaceAllAsync(_ => bar.Increment(1));
                });
            }

            var summary = results.Summarize(Stopwatch.GetElapsedTime(began));
            if (json)
            {
                CommonOptions.WriteJson(summary, CliJson.Default.SeedSummary);
            }
            else
            {
                Write(summary);
            }

            return summary.Unsettled == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return verb;
    }

    private static async IAsyncEnumerable<System.Text.Json.Nodes.JsonObject> PaceAsync(
        OrderGenerator generator,
        int count,
        double? perSecond,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var wait = perSecond is > 0 ? TimeSpan.FromSeconds(i / perSecond.Value) - Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken);
            }

            yield return generator.Next();
        }
    }

    private static void Write(SeedSummary summary)
    {
        var table = Terminal.Table("OUTCOME", "ORDERS");
        foreach (var (outcome, orders) in summary.Outcomes)
        {
            table.Row(outcome, orders.ToString(CultureInfo.InvariantCulture));
        }

        Terminal.Out.Write(table);
        Terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"accepted  p50 {summary.AcceptedP50Ms:0} ms, p99 {summary.AcceptedP99Ms:0} ms");
        Terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"settled   p50 {summary.SettledP50Ms:0} ms, p99 {summary.SettledP99Ms:0} ms");
        Terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{summary.Orders} orders in {summary.Seconds:0.0} s");
        if (summary.Unsettled > 0)
        {
            Terminal.Fail($"{summary.Unsettled} orders were not settled in time", "see `kafkadog status` and `kafkadog groups list`");
        }
    }
}
