using System.Globalization;

namespace Kafkadog;

/// <summary>
/// Everything kafkadog keeps lives below one directory: <c>broker/</c> and one folder per service, <c>logs/</c>, and while
/// <c>kafkadog up</c> runs <c>up.lock</c>, <c>up.pid</c> and <c>control.json</c>.
/// </summary>
internal sealed class DataDirectory
{
    /// <summary>Number of the layout on disk; another number means another kafkadog wrote it.</summary>
    public const int Format = 2;

    public const string Variable = "KAFKADOG_DATA_DIR";

    private const int NoSpaceLeft = 28;
    private const int NoSpaceLeftWindows = unchecked((int)0x80070070);

    public DataDirectory(string? path) => Path = System.IO.Path.GetFullPath(path ?? DefaultPath);

    public static string DefaultPath =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : ".kafkadog";

    public string Path { get; }

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string ControlFile => System.IO.Path.Combine(Path, "control.json");

    /// <summary>Beside the lock, which nobody else can read while it is held.</summary>
    public string ProcessFile => System.IO.Path.Combine(Path, "up.pid");

    public string LockFile => System.IO.Path.Combine(Path, "up.lock");

    /// <summary>True when kafkadog made this directory; only then may it be deleted.</summary>
    public bool IsOurs => File.Exists(FormatFile);

    private string FormatFile => System.IO.Path.Combine(Path, "format");

    /// <summary>Creates the directory, or checks that this kafkadog may use the one that is there.</summary>
    public void Open()
    {
        try
        {
            Directory.CreateDirectory(Logs);
            CheckFormat();
            var probe = System.IO.Path.Combine(Path, $"probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "kafkadog");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(e);
        }
    }

    /// <summary>Takes the directory for one <c>kafkadog up</c>; the lock dies with the process.</summary>
    public FileStream Lock()
    {
        FileStream file;
        try
        {
            file = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(LockFile))
        {
            throw new CommandFailure(
                ExitCodes.AlreadyRunning,
                $"kafkadog up already runs on {Path} (process {HolderId()?.ToString(CultureInfo.InvariantCulture) ?? "unknown"})",
                "see it with `kafkadog status`, stop it with Ctrl-C there, or give this one another --data-dir and other ports");
        }

        File.WriteAllText(ProcessFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return file;
    }

    /// <summary>The process that took the lock last; null when there is none.</summary>
    public int? HolderId() =>
        File.Exists(ProcessFile) && int.TryParse(File.ReadAllText(ProcessFile), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>What a file error in this directory means for a person.</summary>
    public CommandFailure Explain(Exception error) => error switch
    {
        IOException { HResult: NoSpaceLeft or NoSpaceLeftWindows } => new CommandFailure(
            ExitCodes.DataDirectory,
            $"the disk that holds {Path} is full",
            "free some space, `kafkadog reset`, or choose another place with --data-dir"),
        _ => new CommandFailure(
            ExitCodes.DataDirectory,
            $"cannot write to the data directory {Path}: {error.Message}",
            $"make it writable, or choose another place with --data-dir or {Variable}"),
    };

    private void CheckFormat()
    {
        if (!File.Exists(FormatFile))
        {
            File.WriteAllText(FormatFile, Format.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var found = File.ReadAllText(FormatFile).Trim();
        if (found != Format.ToString(CultureInfo.InvariantCulture))
        {
            throw new CommandFailure(
                ExitCodes.DataVersion,
                $"the data directory {Path} has format '{Terminal.Printable(found)}', this kafkadog writes format {Format}",
                "start with the kafkadog that wrote it, choose another --data-dir, or delete it with `kafkadog reset`");
        }
    }
}
