using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Notification;

/// <summary>
/// The post office of the demo: a file with one e-mail per line. At 64 MB it becomes <c>emails.1.log</c> and a new one
/// starts, so that a long load run cannot fill the disk.
/// </summary>
internal sealed class EmailLog(string folder, TimeProvider time) : IDisposable
{
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly string path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "outbox")).FullName, "emails.log");
    private FileStream? file;

    /// <summary>Appends the e-mail as one line and hands it to the operating system.</summary>
    public void Send(Email email)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new SentEmail(Utc.Text(time.GetUtcNow()), email.EmailId, email.OrderId, email.Kind, email.To, email.Subject, email.Body),
            EmailJson.Default.SentEmail);
        byte[] ended = [.. line, (byte)'\n'];

        lock (gate)
        {
            if (file?.Length > MaxBytes)
            {
                file.Dispose();
                file = null;
                File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, "emails.1.log"), overwrite: true);
            }

            // Append mode: several instances of the service may share the file, a line at a time.
            file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var before = file.Length;
            try
            {
                file.Write(ended);
            }
            catch (IOException)
            {
                // A full disk may take half a line: half an e-mail is none.
                file.SetLength(before);
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
        }
    }
}

internal sealed record SentEmail(string SentAt, Guid EmailId, Guid OrderId, string Kind, string To, string Subject, string Body);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(SentEmail))]
internal sealed partial class EmailJson : System.Text.Json.Serialization.JsonSerializerContext;
