using System.Text.Json;
using Kafkadog.Services.Notification;

namespace Kafkadog.Services.Tests.Notification;

public sealed class EmailLogTests : IDisposable
{
    private const int Emails = 500;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kafkadog-emails-");

    private string Outbox => Path.Combine(folder.FullName, "outbox");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Instances_that_share_the_file_do_not_write_over_each_other()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SendAsync(new EmailLog(folder.FullName, TimeProvider.System))));

        Assert.Equal(sent.SelectMany(ids => ids).Order(), Read("emails.log").Order());
    }

    [Fact]
    public async Task A_full_file_is_moved_away_once_whichever_instance_finds_it_full()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SendAsync(new EmailLog(folder.FullName, TimeProvider.System, maxBytes: 60_000))));

        // More files than are kept: the first are gone, and the others have no line twice and none in pieces.
        var kept = (List<Guid>)[.. Read("emails.1.log"), .. Read("emails.log")];
        Assert.Equal(kept.Count, kept.Distinct().Count());
        Assert.Subset(sent.SelectMany(ids => ids).ToHashSet(), kept.ToHashSet());
        Assert.InRange(new FileInfo(Path.Combine(Outbox, "emails.1.log")).Length, 60_000, 60_500);
    }

    private static Task<List<Guid>> SendAsync(EmailLog log) => Task.Run(() =>
    {
        var emails = Enumerable.Range(0, Emails).Select(_ => new Email(Guid.NewGuid(), Guid.NewGuid(), "order-completed", "user-001", "Subject", "Body")).ToList();
        emails.ForEach(log.Send);
        return emails.ConvertAll(e => e.EmailId);
    });

    private List<Guid> Read(string file) => File.ReadAllLines(Path.Combine(Outbox, file))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("emailId").GetGuid()).ToList();
}
