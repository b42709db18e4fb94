using System.Text.Json;

namespace Kafkadog.Supervision;

/// <summary>
/// Tells the commands of the same data directory where its supervisor answers. Readable by its owner alone: who has the
/// token may kill processes.
/// </summary>
internal sealed record ControlFile(int ProcessId, string Url, string Token, string Brokers, DateTimeOffset Started)
{
    public void Write(DataDirectory data)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var unfinished = data.ControlFile + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, options))
        {
            JsonSerializer.Serialize(file, this, CliJson.Default.ControlFile);
        }

        File.Move(unfinished, data.ControlFile, overwrite: true);
    }

    /// <summary>The file of a supervisor that may still run; null without one.</summary>
    public static ControlFile? Read(DataDirectory data)
    {
        try
        {
            using var file = File.OpenRead(data.ControlFile);
            return JsonSerializer.Deserialize(file, CliJson.Default.ControlFile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
