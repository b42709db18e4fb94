using System.Globalization;
using System.Text;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Kafka's text checkpoints: a line with version 0, a line with the count, then that many lines of words and numbers.</summary>
internal static class Checkpoint
{
    public static Dictionary<TopicPartition, long> ReadOffsets(IFileStore files, string path) =>
        ReadLines(files, path, words: 3).ToDictionary(w => new TopicPartition(w[0], (int)Number(w[1], path)), w => Number(w[2], path));

    public static void WriteOffsets(IFileStore files, string path, IReadOnlyCollection<KeyValuePair<TopicPartition, long>> offsets)
    {
        var text = Header(offsets.Count);
        foreach (var (partition, offset) in offsets)
            text.Append(CultureInfo.InvariantCulture, $"{partition.Topic} {partition.Partition} {offset}\n");
        DurableFile.Replace(files, path, text.ToString());
    }

    public static List<(int Epoch, long StartOffset)> ReadEpochs(IFileStore files, string path) =>
        [.. ReadLines(files, path, words: 2).Select(w => ((int)Number(w[0], path), Number(w[1], path)))];

    public static void WriteEpochs(IFileStore files, string path, IReadOnlyCollection<(int Epoch, long StartOffset)> epochs)
    {
        var text = Header(epochs.Count);
        foreach (var (epoch, startOffset) in epochs)
            text.Append(CultureInfo.InvariantCulture, $"{epoch} {startOffset}\n");
        // Not flushed: it can be rebuilt from the batches, which carry their epoch.
        DurableFile.Replace(files, path, text.ToString(), flush: false);
    }

    private static StringBuilder Header(int count) => new StringBuilder().Append(CultureInfo.InvariantCulture, $"0\n{count}\n");

    private static IEnumerable<string[]> ReadLines(IFileStore files, string path, int words)
    {
        string[] lines;
        try
        {
            lines = Encoding.UTF8.GetString(files.ReadAllBytes(path)).Split('\n');
            // Every line ends with a line feed, the last one too.
            lines = lines is [.. var all, ""] ? all : lines;
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot read {path}");
        }

        var entries = lines.Skip(2).Select(l => l.Split(' ')).ToList();
        return lines is ["0", ..] && Number(lines.ElementAtOrDefault(1), path) == entries.Count && entries.TrueForAll(e => e.Length == words)
            ? entries
            : throw Damaged(path);
    }

    private static long Number(string? word, string path) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged(path);

    private static StorageException Damaged(string path) => new(StorageFailure.Corrupt, $"{path} is damaged");
}
