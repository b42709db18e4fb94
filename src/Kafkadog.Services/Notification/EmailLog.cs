using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Notification;

/// <summary>
/// The post office of the demo: a file with one e-mail per line, which all instances of the service share. At 64 MB it
/// becomes <c>emails.1.log</c> and a new one starts, so that a long load run cannot fill the disk.
/// </summary>
internal sealed class EmailLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly long maxBytes;
    private readonly string path;
    private readonly string lockPath;

    public EmailLog(string folder, TimeProvider time, long maxBytes = 64 * 1024 * 1024)
    {
        var outbox = Directory.CreateDirectory(Path.Combine(folder, "outbox")).FullName;
        (this.time, this.maxBytes, path, lockPath) = (time, maxBytes, Path.Combine(outbox, "emails.log"), Path.Combine(outbox, "emails.lock"));
    }

    /// <summary>Appends the e-mail as one line and hands it to the operating system.</summary>
    public void Send(Email email)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new SentEmail(Utc.Text(time.GetUtcNow()), email.EmailId, email.OrderId, email.Kind, email.To, email.Subject, email.Body),
            EmailJson.Default.SentEmail);
        byte[] ended = [.. line, (byte)'\n'];

        lock (gate)
        {
            using var alone = LockAmongInstances();
            Append(ended);
        }
    }

    private void Append(byte[] line)
    {
        // Opened anew each time: another instance may have written to it or moved it away.
        if (new FileInfo(path) is { Exists: true } full && full.Length > maxBytes)
        {
            File.Move(path, Path.ChangeExtension(path, ".1.log"), overwrite: true);
        }

        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var end = file.Seek(0, SeekOrigin.End);
        try
        {
            file.Write(line);
        }
        catch (IOException)
        {
            // A full disk may take half a line: half an e-mail is none.
            file.SetLength(end);
            throw;
        }
    }

    /// <summary>
    /// FileMode.Append is no O_APPEND: it remembers where the end was, and two instances would write over each other. The
    /// operating system gives the lock back when a process dies.
    /// </summary>
    private FileStream LockAmongInstances()
    {
        var began = time.GetTimestamp();
        var wait = default(SpinWait);
        while (true)
        {
            try
            {
                return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
            }
            catch (IOException exception) when (IsHeld(exception) && time.GetElapsedTime(began) < Patience)
            {
                wait.SpinOnce();
            }
        }
    }

    // ERROR_SHARING_VIOLATION, and EWOULDBLOCK of Linux and of macOS.
    private static bool IsHeld(IOException exception) =>
        OperatingSystem.IsWindows() ? exception.HResult == unchecked((int)0x80070020) : exception.HResult is 11 or 35;
}

internal sealed record SentEmail(string SentAt, Guid EmailId, Guid OrderId, string Kind, string To, string Subject, string Body);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(SentEmail))]
internal sealed partial class EmailJson : System.Text.Json.Serialization.JsonSerializerContext;
