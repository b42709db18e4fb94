using System.CommandLine;
using System.Globalization;
using System.Text;
using Kafkadog.Broker.Inspection;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog broker dump-log</c>: the batches and records of segment files, in the words of <c>kafka-dump-log</c>.</summary>
internal static class BrokerDumpLog
{
    private static readonly string[] s_suffixes = [LogFormat.LogSuffix, LogFormat.IndexSuffix, LogFormat.TimeIndexSuffix, LogFormat.TransactionIndexSuffix];

    public static Command Create()
    {
        var path = new Argument<string>("FILE|DIR") { Description = "A .log, .index, .timeindex or .txnindex file, or the folder of a partition" };
        var records = new Option<bool>("--print-records") { Description = "With the records of every batch, as text" };
        var verb = new Verb(
            "dump-log",
            "Print what segment files hold; a broker may run on them",
            "broker dump-log .kafkadog/broker/orders.v1-0",
            "broker dump-log .kafkadog/broker/orders.v1-0/00000000000000000000.log --print-records --json")
        {
            path, records, CommonOptions.Json,
        };
        verb.SetAction(parsed =>
        {
            var files = Files(parsed.GetValue(path)!);
            return parsed.GetValue(CommonOptions.Json) ? WriteJson(files, parsed.GetValue(records)) : Write(files, parsed.GetValue(records));
        });
        return verb;
    }

    private static List<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return s_suffixes.Contains(Path.GetExtension(path), StringComparer.Ordinal) ? [path] : throw new CommandFailure(
                ExitCodes.Usage, $"{path} is no file of a segment", $"give a file that ends with one of {string.Join(", ", s_suffixes)}, or the folder of a partition");
        }

        List<string> found = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*" + LogFormat.LogSuffix).Order(StringComparer.Ordinal)] : [];
        return found.Count > 0 ? found : throw new CommandFailure(
            ExitCodes.NotFound, $"there is no segment at {path}", "partitions are folders such as orders.v1-0 in the broker's data directory");
    }

    private static int Write(List<string> files, bool withRecords)
    {
        var damaged = false;
        foreach (var file in files)
        {
            Console.Out.WriteLine($"Dumping {file}");
            damaged |= Path.GetExtension(file) is LogFormat.LogSuffix ? WriteLog(file, withRecords) : WriteIndex(file);
        }

        return damaged ? ExitCodes.Damaged : ExitCodes.Ok;
    }

    /// <returns>True when the file is damaged.</returns>
    private static bool WriteLog(string file, bool withRecords)
    {
        var damaged = false;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Log starting offset: {BaseOffset(file)}"));
        foreach (var batch in SegmentFile.Read(file, withRecords, Damaged))
        {
            damaged |= !batch.IsValid;
            Console.Out.WriteLine(Line(batch));
            foreach (var record in batch.Records ?? [])
            {
                Console.Out.WriteLine(Line(batch, record));
            }
        }

        return damaged;

        void Damaged(long position, string problem)
        {
            damaged = true;
            Terminal.Fail(
                string.Create(CultureInfo.InvariantCulture, $"{file}: byte {position}: {problem}"),
                "see `kafkadog broker verify`: it tells a write that was under way from damage");
        }
    }

    private static string Line(DumpedBatch batch) => string.Create(
        CultureInfo.InvariantCulture,
        $"baseOffset: {batch.BaseOffset} lastOffset: {batch.LastOffset} count: {batch.Count} baseSequence: {batch.BaseSequence} lastSequence: {batch.LastSequence} producerId: {batch.ProducerId} producerEpoch: {batch.ProducerEpoch} partitionLeaderEpoch: {batch.PartitionLeaderEpoch} isTransactional: {Text(batch.IsTransactional)} isControl: {Text(batch.IsControl)} position: {batch.Position} {Time(batch)}: {batch.MaxTimestamp} size: {batch.Size} magic: 2 compresscodec: {batch.CompressionCodec} crc: {batch.Crc} isvalid: {Text(batch.IsValid)}");

    private static string Line(DumpedBatch batch, DumpedRecord record)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"| offset: {record.Offset} {Time(batch)}: {record.Timestamp} keySize: {record.KeySize} valueSize: {record.ValueSize} headerKeys: [{Terminal.Printable(string.Join(',', record.HeaderKeys))}]");
        if (record.Key is { } key)
        {
            line.Append(" key: ").Append(Terminal.Printable(key));
        }

        if (record.Value is { } value)
        {
            line.Append(" payload: ").Append(Terminal.Printable(value));
        }

        return line.ToString();
    }

    private static bool WriteIndex(string file)
    {
        var baseOffset = BaseOffset(file);
        var lines = Path.GetExtension(file) switch
        {
            LogFormat.IndexSuffix => IndexFile.ReadOffsets(file, baseOffset).Select(e => string.Create(CultureInfo.InvariantCulture, $"offset: {e.Offset} position: {e.Position}")),
            LogFormat.TimeIndexSuffix => IndexFile.ReadTimes(file, baseOffset).Select(e => string.Create(CultureInfo.InvariantCulture, $"timestamp: {e.Timestamp} offset: {e.Offset}")),
            _ => IndexFile.ReadTransactions(file).Select(e => string.Create(
                CultureInfo.InvariantCulture, $"version: 0 producerId: {e.ProducerId} firstOffset: {e.FirstOffset} lastOffset: {e.LastOffset} lastStableOffset: {e.LastStableOffset}")),
        };
        foreach (var line in lines)
        {
            Console.Out.WriteLine(line);
        }

        return false;
    }

    private static int WriteJson(List<string> files, bool withRecords)
    {
        IReadOnlyList<DumpedFile> dumped =
        [
            .. files.Where(file => Path.GetExtension(file) is LogFormat.LogSuffix).Select(file =>
            {
                (long, string)? bad = null;
                IReadOnlyList<DumpedBatch> batches = [.. SegmentFile.Read(file, withRecords, (position, problem) => bad = (position, problem))];
                return new DumpedFile(file, BaseOffset(file), batches, bad?.Item1, bad?.Item2);
            }),
        ];
        CommonOptions.WriteJson(dumped, CliJson.Default.IReadOnlyListDumpedFile);
        return dumped.Any(file => file.Problem is not null || file.Batches.Any(batch => !batch.IsValid)) ? ExitCodes.Damaged : ExitCodes.Ok;
    }

    private static long BaseOffset(string file) => LogFormat.BaseOffset(Path.GetFileName(file), Path.GetExtension(file)) ?? throw new CommandFailure(
        ExitCodes.Usage, $"{file} is not named by its first offset, with 20 digits", "keep the broker's file names: they are part of the format");

    private static string Time(DumpedBatch batch) => batch.IsLogAppendTime ? "LogAppendTime" : "CreateTime";

    private static string Text(bool value) => value ? "true" : "false";
}

/// <param name="Position">Where the batches end before the file does; null when it is whole.</param>
internal sealed record DumpedFile(string File, long StartingOffset, IReadOnlyList<DumpedBatch> Batches, long? Position, string? Problem);
