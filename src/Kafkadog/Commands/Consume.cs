using System.CommandLine;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Spectre.Console;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog consume TOPIC</c>: reads records to the end, or on and on with <c>-f</c>.</summary>
internal static class Consume
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var topic = new Argument<string>("TOPIC");
        var beginning = new Option<bool>("--from-beginning") { Description = "From the first record that is kept (the default without -f)" };
        var group = new Option<string?>("--group", "-g") { Description = "As a member of this group: its offsets are kept and its partitions shared" };
        var max = new Option<int?>("--max", "-n") { Description = "Stop after this many records" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Wait for new records until Ctrl-C" };
        var verb = new Verb(
            "consume",
            "Read records of a topic",
            "consume orders.v1",
            "consume orders.v1 -f --json",
            "consume orders.v1 --group my-group --max 10")
        {
            topic, beginning, group, max, follow, KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            var metadata = TopicChecks.Exists(clients, parsed.GetValue(topic)!);
            var follows = parsed.GetValue(follow);
            var fromBeginning = parsed.GetValue(beginning) || !follows;
            using var consumer = clients.Consumer(parsed.GetValue(group), fromBeginning);
            if (parsed.GetValue(group) is null)
            {
                consumer.Assign(metadata.Partitions.Select(p => new TopicPartitionOffset(
                    metadata.Topic, p.PartitionId, fromBeginning ? Offset.Beginning : Offset.End)));
            }
            else
            {
                consumer.Subscribe(metadata.Topic);
            }

            Action<ConsumeResult<byte[]?, byte[]?>> write = parsed.GetValue(CommonOptions.Json) ? WriteJson : WriteText;
            Read(consumer, write, parsed.GetValue(max) ?? int.MaxValue, follows, cancelled);
            consumer.Close();
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Read(
        IConsumer<byte[]?, byte[]?> consumer,
        Action<ConsumeResult<byte[]?, byte[]?>> write,
        int max,
        bool follows,
        CancellationToken cancelled)
    {
        var ended = new HashSet<TopicPartition>();
        for (var count = 0; count < max && !cancelled.IsCancellationRequested;)
        {
            var result = consumer.Consume(Poll);
            if (result is null)
            {
                continue;
            }

            if (!result.IsPartitionEOF)
            {
                ended.Remove(result.TopicPartition);
                write(result);
                count++;
                continue;
            }

            ended.Add(result.TopicPartition);
            if (!follows && ended.IsSupersetOf(consumer.Assignment))
            {
                return;
            }
        }
    }

    private static void WriteText(ConsumeResult<byte[]?, byte[]?> result)
    {
        var record = Readable(result);
        Terminal.Out.MarkupInterpolated(
            $"[grey]{record.Time:HH:mm:ss.fff}  {record.Topic}[/] [aqua]{record.Partition}[/][grey]@[/][aqua]{record.Offset}[/]  [yellow]{Shown(record.Key)}[/]  ");
        Terminal.Out.MarkupLineInterpolated($"{Shown(record.Value)}");
        foreach (var header in record.Headers)
        {
            Terminal.Out.MarkupLineInterpolated($"              [grey]{Terminal.Printable(header.Name)}: {Shown(header.Value)}[/]");
        }
    }

    private static void WriteJson(ConsumeResult<byte[]?, byte[]?> result) =>
        CommonOptions.WriteJson(Readable(result), CliJson.Default.ConsumedRecord);

    private static ConsumedRecord Readable(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Topic,
        result.Partition,
        result.Offset,
        result.Message.Timestamp.UtcDateTime,
        Text(result.Message.Key),
        Text(result.Message.Value),
        [.. (result.Message.Headers ?? []).Select(h => new ConsumedHeader(h.Key, Text(h.GetValueBytes())))]);

    private static string Shown(string? text) => text is null ? "null" : Terminal.Printable(text);

    /// <summary>UTF-8 as it is; other bytes as base64 with a prefix that says so.</summary>
    private static string? Text(byte[]? bytes)
    {
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"base64:{Convert.ToBase64String(bytes)}");
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}

/// <summary>One line of <c>consume --json</c>. Bytes that are not UTF-8 appear as <c>base64:...</c>.</summary>
internal sealed record ConsumedRecord(
    string Topic,
    int Partition,
    long Offset,
    DateTime Time,
    string? Key,
    string? Value,
    IReadOnlyList<ConsumedHeader> Headers);

internal sealed record ConsumedHeader(string Name, string? Value);
