using System.Text;
using Kafkadog.Supervision;

namespace Kafkadog.EndToEnd.Tests.Supervision;

public sealed class RotatingLogTests
{
    [Fact]
    public async Task A_log_never_takes_more_than_two_files_of_the_limit()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "x.log");
        var line = Encoding.ASCII.GetBytes(new string('x', 64 * 1024 - 1) + "\n");

        using (var log = new RotatingLog(path, e => throw e))
        {
            for (var written = 0L; written < 3 * RotatingLog.MaxBytes; written += line.Length)
            {
                log.Write(line);
            }

            log.Write("the end\n"u8);
        }

        Assert.Equal(2, Directory.GetFiles(directory.Path).Length);
        Assert.All(Directory.GetFiles(directory.Path), f => Assert.InRange(new FileInfo(f).Length, 1, RotatingLog.MaxBytes));
        Assert.Equal(["the end"], await LogTail.ReadAsync(path, lines: 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_disk_that_refuses_is_said_once()
    {
        using var directory = new TemporaryDirectory();
        var said = new List<IOException>();
        using var log = new RotatingLog(Path.Combine(directory.Path, "missing", "x.log"), said.Add);

        log.Write("one\n"u8);
        log.Write("two\n"u8);

        Assert.Single(said);
    }

    [Fact]
    public async Task A_follower_hears_what_is_written_from_now_on()
    {
        using var directory = new TemporaryDirectory();
        using var log = new RotatingLog(Path.Combine(directory.Path, "x.log"), e => throw e);
        log.Write("before\n"u8);

        await using var follower = log.FollowAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = follower.MoveNextAsync();
        log.Write("after\n"u8);

        Assert.True(await next);
        Assert.Equal("after\n", Encoding.ASCII.GetString(follower.Current));
    }
}
