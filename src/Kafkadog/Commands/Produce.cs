using System.CommandLine;
using System.Text;
using Confluent.Kafka;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog produce TOPIC [VALUE]</c>: one record from the command line, or one per line of standard input.</summary>
internal static class Produce
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var topic = new Argument<string>("TOPIC");
        var value = new Argument<string?>("VALUE") { Description = "The record; without it each line of standard input is one", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key", "-k") { Description = "Records of one key stay in order, on one partition" };
        var header = new Option<string[]>("--header", "-H") { Description = "A header; repeat it for more", HelpName = "NAME=VALUE" };
        var partition = new Option<int?>("--partition", "-p") { Description = "The partition, in place of the key's" };
        var verb = new Verb(
            "produce",
            "Write records to a topic",
            "produce demo hello --key a",
            "produce demo --header source=me < lines.txt")
        {
            topic, value, key, header, partition, KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            TopicChecks.Exists(clients, parsed.GetValue(topic)!);
            var target = new TopicPartition(parsed.GetValue(topic), parsed.GetValue(partition) ?? Partition.Any);
            var headers = new Headers();
            foreach (var (name, text) in CommonOptions.Pairs(parsed.GetValue(header) ?? [], "source=me"))
            {
                headers.Add(name, Encoding.UTF8.GetBytes(text));
            }

            using var producer = clients.Producer();
            var results = new Deliveries(parsed.GetValue(CommonOptions.Json));
            foreach (var line in parsed.GetValue(value) is { } one ? [one] : Lines())
            {
                cancelled.ThrowIfCancellationRequested();
                var message = new Message<byte[]?, byte[]?>
                {
                    Key = parsed.GetValue(key) is { } k ? Encoding.UTF8.GetBytes(k) : null,
                    Value = Encoding.UTF8.GetBytes(line),
                    Headers = headers,
                };
                Send(producer, target, message, results.Add);
            }

            while (producer.Flush(QueueFullPause) > 0)
            {
                cancelled.ThrowIfCancellationRequested();
            }

            return results.Finish(target.Topic);
        });
        return verb;
    }

    private static IEnumerable<string> Lines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static void Send(
        IProducer<byte[]?, byte[]?> producer,
        TopicPartition target,
        Message<byte[]?, byte[]?> message,
        Action<DeliveryReport<byte[]?, byte[]?>> delivered)
    {
        while (true)
        {
            try
            {
                producer.Produce(target, message, delivered);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Flush(QueueFullPause);
            }
        }
    }

    /// <summary>What became of each record. Reports come one at a time, on the producer's own thread.</summary>
    private sealed class Deliveries(bool json)
    {
        private readonly Lock gate = new();
        private readonly SortedDictionary<int, (int Count, long Last)> partitions = [];
        private int failed;
        private Error? error;

        public void Add(DeliveryReport<byte[]?, byte[]?> report)
        {
            lock (gate)
            {
                if (report.Error.IsError)
                {
                    failed++;
                    error ??= report.Error;
                    return;
                }

                var count = partitions.TryGetValue(report.Partition, out var had) ? had.Count : 0;
                partitions[report.Partition] = (count + 1, report.Offset);
                if (json)
                {
                    CommonOptions.WriteJson(
                        new ProducedRecord(report.Topic, report.Partition, report.Offset), CliJson.Default.ProducedRecord);
                }
            }
        }

        public int Finish(string topic)
        {
            lock (gate)
            {
                if (!json)
                {
                    foreach (var (partition, (count, last)) in partitions)
                    {
                        Terminal.Error.MarkupLineInterpolated($"{count} to {topic} partition {partition}, last offset {last}");
                    }
                }

                return error is null ? ExitCodes.Ok : throw new KafkaException(
                    new Error(error.Code, $"{failed} records were not written: {error.Reason}"));
            }
        }
    }
}

/// <summary>One line of <c>produce --json</c>.</summary>
internal sealed record ProducedRecord(string Topic, int Partition, long Offset);
