using System.Threading.Channels;

namespace Kafkadog.Supervision;

/// <summary>
/// The output of one instance on disk, bounded: at <see cref="MaxBytes"/> the file becomes <c>NAME.log.1</c> and a new one
/// begins. A full disk loses output but never stops the child that writes it.
/// </summary>
internal sealed class RotatingLog : IDisposable
{
    public const long MaxBytes = 4 * 1024 * 1024;

    private const int FollowerBacklog = 1024;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly Action<IOException> writeFailed;
    private readonly List<Channel<byte[]>> followers = [];
    private FileStream? file;
    private bool failing;

    /// <param name="writeFailed">Called once when writing begins to fail, not for every line.</param>
    public RotatingLog(string path, Action<IOException> writeFailed)
    {
        this.path = path;
        this.writeFailed = writeFailed;
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        lock (gate)
        {
            try
            {
                file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                if (file.Length + lines.Length > MaxBytes)
                {
                    Rotate();
                }

                file.Write(lines);
                failing = false;
            }
            catch (IOException e)
            {
                if (!failing)
                {
                    failing = true;
                    writeFailed(e);
                }
            }

            if (followers.Count > 0)
            {
                var copy = lines.ToArray();
                followers.ForEach(f => f.Writer.TryWrite(copy));
            }
        }
    }

    /// <summary>Output from now on; a reader that falls behind misses the oldest part.</summary>
    public async IAsyncEnumerable<byte[]> FollowAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var follower = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(FollowerBacklog) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            followers.Add(follower);
        }

        try
        {
            await foreach (var lines in follower.Reader.ReadAllAsync(cancellationToken))
            {
                yield return lines;
            }
        }
        finally
        {
            lock (gate)
            {
                followers.Remove(follower);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            followers.ForEach(f => f.Writer.TryComplete());
        }
    }

    private void Rotate()
    {
        file!.Dispose();
        File.Move(path, path + ".1", overwrite: true);
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }
}
