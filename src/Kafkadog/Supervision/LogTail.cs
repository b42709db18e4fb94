namespace Kafkadog.Supervision;

/// <summary>The last lines of a log file, read from its end: no more than <see cref="MaxBytes"/> of it.</summary>
internal static class LogTail
{
    public const int MaxBytes = 256 * 1024;

    public static async Task<IReadOnlyList<string>> ReadAsync(string path, int lines, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var skipped = Math.Max(0, file.Length - MaxBytes);
        file.Position = skipped;
        using var reader = new StreamReader(file);
        var all = (await reader.ReadToEndAsync(cancellationToken)).TrimEnd('\n').Split('\n');
        var whole = skipped > 0 ? all[1..] : all;
        return whole is [""] ? [] : whole[^Math.Min(lines, whole.Length)..];
    }
}
