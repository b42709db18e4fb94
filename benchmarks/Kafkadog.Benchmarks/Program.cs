using System.CommandLine;
using BenchmarkDotNet.Running;
using Kafkadog.Benchmarks.BrokerLimits;
using Kafkadog.Benchmarks.CompareKafka;
using Kafkadog.Benchmarks.Dashboard;
using Kafkadog.Benchmarks.Orders;
using Kafkadog.Benchmarks.Soak;
using Kafkadog.Benchmarks.Storage;

var executable = new Option<string>("--kafkadog")
{
    Description = "The published program (./kafkadog publishes it)",
    DefaultValueFactory = _ => "dist/kafkadog",
    Recursive = true,
};
var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 5 };
var rate = new Option<int>("--rate") { Description = "Orders per second", DefaultValueFactory = _ => 1000 };
var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 60 };
var settle = new Option<int>("--settle") { Description = "Seconds after the start before idle time is counted", DefaultValueFactory = _ => 5 };
var warmUp = new Option<int>("--warm-up") { Description = "Seconds of at most 50 orders/s that are not counted", DefaultValueFactory = _ => 5 };

var tabRate = new Option<int>("--rate") { Description = "Orders per second; each makes four records", DefaultValueFactory = _ => 50 };
var screenRate = new Option<int>("--rate") { Description = "Orders per second; above twelve the tape shows a stream", DefaultValueFactory = _ => 8 };
var minutes = new Option<int>("--minutes") { DefaultValueFactory = _ => 30 };

var apacheKafka = new Option<string>("--apache-kafka") { Description = "The bin folder of an Apache Kafka, with start and stop", DefaultValueFactory = _ => "../shared/apache-kafka/bin" };
var rounds = new Option<int>("--rounds") { Description = "Runs of each cell on each broker, in turn; the median is told", DefaultValueFactory = _ => 1 };
var only = new Option<string>("--only") { Description = "Cells and figures whose name has this in it, such as 'produce 100 B' or 'end to end'", DefaultValueFactory = _ => "" };
var report = new Option<string?>("--report") { Description = "A Markdown file whose part between the compare-kafka marks is written anew" };
var port = new Option<int>("--port");

var root = new RootCommand("Benchmarks of kafkadog. Example: dotnet run -c Release --project benchmarks/Kafkadog.Benchmarks -- orders --rate 50")
{
    executable,
};
root.Add(Verb("startup", "Process start to all roles ready", p => OrderBenchmarks.StartupAsync(p.GetValue(executable)!, p.GetValue(runs)), runs));
root.Add(Verb("broker-startup", "Process start to the broker's first answer, and its memory then; of kafkadog-broker as well", p => OrderBenchmarks.BrokerStartupAsync(p.GetValue(executable)!, p.GetValue(runs)), runs));
root.Add(Verb("resources", "Memory and processor time, idle and after load", p => OrderBenchmarks.ResourcesAsync(
    p.GetValue(executable)!, TimeSpan.FromSeconds(p.GetValue(settle)), TimeSpan.FromSeconds(p.GetValue(seconds))), settle, seconds));
root.Add(Verb("orders", "Orders at a fixed rate, arrival to outcome", p => OrderBenchmarks.OrdersAsync(
    p.GetValue(executable)!, p.GetValue(rate), TimeSpan.FromSeconds(p.GetValue(warmUp)), TimeSpan.FromSeconds(p.GetValue(seconds))), rate, warmUp, seconds));
root.Add(Verb("dashboard", "What tabs of the dashboard cost: frames, bytes, processor time", p => DashboardBenchmarks.CostAsync(p.GetValue(executable)!, p.GetValue(tabRate), TimeSpan.FromSeconds(p.GetValue(seconds))), tabRate, seconds));
root.Add(Verb("dashboard-latency", "A record's timestamp to its cell on the screen", p => DashboardBenchmarks.LatencyAsync(p.GetValue(executable)!, p.GetValue(screenRate), TimeSpan.FromSeconds(p.GetValue(seconds))), screenRate, seconds));
root.Add(Verb("dashboard-soak", "One tab under load for a long time: memory, and a click in the end", p => DashboardBenchmarks.SoakAsync(p.GetValue(executable)!, p.GetValue(tabRate), TimeSpan.FromMinutes(p.GetValue(minutes))), tabRate, minutes));
root.Add(Verb("compare-kafka", "This broker, Apache Kafka and a null broker side by side", p => CompareKafkaBenchmark.RunAsync(
    new(p.GetValue(executable)!, p.GetValue(apacheKafka)!, p.GetValue(rounds), p.GetValue(only)!, p.GetValue(report))), apacheKafka, rounds, only, report));
var nullBroker = new Command("null-broker", "A broker that keeps nothing, as compare-kafka starts it") { port };
nullBroker.SetAction((p, cancellationToken) => NullBroker.RunAsync(p.GetValue(port), cancellationToken));
root.Add(nullBroker);
var partitions = new Option<int>("--partitions") { DefaultValueFactory = _ => 1000 };
var mebibytes = new Option<int>("--mebibytes") { Description = "In all partitions together", DefaultValueFactory = _ => 1024 };
root.Add(Verb("restart", "Opening many partitions after a clean stop and after a kill", p => RestartBenchmark.RunAsync(p.GetValue(partitions), p.GetValue(mebibytes)), partitions, mebibytes));
root.Add(Verb("limits", "A thousand connections and topics, five thousand partitions: Metadata and memory", p => LimitsBenchmark.RunAsync(p.GetValue(executable)!)));
root.Add(Verb("allocations", "Bytes that a Produce and a Fetch allocate", _ => AllocationBenchmark.RunAsync()));
root.Add(Verb("idle-consumer", "Fetches and processor time of a consumer that waits, and how soon it has a new record", p => IdleConsumerBenchmark.RunAsync(p.GetValue(executable)!, TimeSpan.FromSeconds(p.GetValue(seconds))), seconds));
root.Add(Verb("broker-soak", "A mixed load for a long time while the broker is stopped and killed: memory, handles, threads, and whether anything is lost", p => BrokerSoak.RunAsync(p.GetValue(executable)!, TimeSpan.FromMinutes(p.GetValue(minutes))), minutes));
var micro = new Command("micro", "BenchmarkDotNet classes; its own arguments follow, such as --filter '*Append*'") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(p => BenchmarkSwitcher.FromAssembly(typeof(OrderBenchmarks).Assembly).Run([.. p.UnmatchedTokens]));
root.Add(micro);
return await root.Parse(args).InvokeAsync();

static Command Verb(string name, string description, Func<ParseResult, Task> run, params Option[] options)
{
    var verb = new Command(name, description);
    foreach (var option in options)
    {
        verb.Add(option);
    }

    verb.SetAction((parsed, _) => run(parsed));
    return verb;
}
