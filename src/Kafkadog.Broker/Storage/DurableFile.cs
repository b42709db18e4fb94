using System.Text;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Small files that are replaced as a whole: after a crash there is the old content or the new, never a mixture.</summary>
internal static class DurableFile
{
    /// <summary>Writes beside, flushes, renames over, and flushes the directory.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public static void Replace(IFileStore files, string path, ReadOnlySpan<byte> content, bool flush = true)
    {
        var temporary = path + LogFormat.TemporarySuffix;
        try
        {
            using (var file = files.Open(temporary, FileMode.Create))
            {
                file.Write(content, 0);
                if (flush)
                    file.Flush();
            }

            files.Move(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot write {path}");
        }

        if (flush)
            files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    public static void Replace(IFileStore files, string path, string content, bool flush = true) =>
        Replace(files, path, Encoding.UTF8.GetBytes(content), flush);
}
