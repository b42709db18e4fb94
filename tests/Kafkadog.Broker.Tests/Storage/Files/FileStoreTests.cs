using Kafkadog.Broker.Storage.Files;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Storage.Files;

/// <summary>What storage relies on, held by the disk and by memory alike.</summary>
public sealed class FileStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Stores => ["disk", "memory"];

    public void Dispose() => _directory.Dispose();

    [Theory, MemberData(nameof(Stores))]
    public void File_gives_back_what_was_written_at_its_place(string store)
    {
        var files = Open(store);
        using var file = files.Open(PathOf("a"), FileMode.OpenOrCreate);
        var bytes = Bytes(300_000);
        for (var at = 0; at < bytes.Length; at += 7000)
            file.Write(bytes.AsSpan(at, Math.Min(7000, bytes.Length - at)), at);
        Assert.Equal(bytes.Length, file.Length);
        Assert.Equal(bytes, files.ReadAllBytes(PathOf("a")));
        file.Write([1, 2, 3], 65_535);
        var across = new byte[5];
        Assert.Equal(5, file.Read(across, 65_534));
        Assert.Equal([bytes[65_534], 1, 2, 3, bytes[65_538]], across);
        Assert.Equal(0, file.Read(across, bytes.Length));
        Assert.Equal(2, file.Read(across, bytes.Length - 2));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Cut_bytes_do_not_come_back_when_the_file_grows(string store)
    {
        using var file = Open(store).Open(PathOf("a"), FileMode.OpenOrCreate);
        file.Write(Bytes(200_000), 0);
        file.SetLength(70_000);
        Assert.Equal(70_000, file.Length);
        file.SetLength(140_000);
        var tail = new byte[70_000];
        Assert.Equal(70_000, file.Read(tail, 70_000));
        Assert.All(tail, b => Assert.Equal(0, b));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Open_file_follows_a_rename_and_outlives_its_deletion(string store)
    {
        var files = Open(store);
        using var file = files.Open(PathOf("a"), FileMode.OpenOrCreate);
        file.Write([1], 0);
        files.Move(PathOf("a"), PathOf("b"));
        file.Write([2], 1);
        Assert.False(files.FileExists(PathOf("a")));
        Assert.Equal([1, 2], files.ReadAllBytes(PathOf("b")));
        files.Delete(PathOf("b"));
        Assert.False(files.FileExists(PathOf("b")));
        var still = new byte[2];
        Assert.Equal(2, file.Read(still, 0));
        files.Delete(PathOf("b"));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Rename_replaces_the_file_that_is_there(string store)
    {
        var files = Open(store);
        Write(files, "old", 1);
        Write(files, "new", 2);
        files.Move(PathOf("new"), PathOf("old"));
        Assert.Equal([2], files.ReadAllBytes(PathOf("old")));
        Assert.Equal([PathOf("old")], files.EnumerateFiles(_directory.Path));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Directory_moves_with_its_files_and_goes_with_them(string store)
    {
        var files = Open(store);
        files.CreateDirectory(PathOf("t-0"));
        Write(files, "t-0/log", 7);
        files.MoveDirectory(PathOf("t-0"), PathOf("gone"));
        Assert.False(files.DirectoryExists(PathOf("t-0")));
        Assert.Equal([PathOf("gone")], files.EnumerateDirectories(_directory.Path));
        Assert.Equal([7], files.ReadAllBytes(PathOf("gone/log")));
        files.DeleteDirectory(PathOf("gone"));
        Assert.False(files.FileExists(PathOf("gone/log")));
        Assert.Empty(files.EnumerateDirectories(_directory.Path));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Missing_file_and_closed_file_are_errors_of_their_own(string store)
    {
        var files = Open(store);
        Assert.Throws<FileNotFoundException>(() => files.Open(PathOf("none"), FileMode.Open));
        Assert.Throws<FileNotFoundException>(() => files.ReadAllBytes(PathOf("none")));
        Assert.Throws<DirectoryNotFoundException>(() => files.Open(PathOf("no/where"), FileMode.OpenOrCreate));
        var file = files.Open(PathOf("a"), FileMode.OpenOrCreate);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Write([1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Lock_has_one_holder_at_a_time(string store)
    {
        var files = Open(store);
        using (files.Lock(PathOf(".lock")))
            Assert.ThrowsAny<IOException>(() => files.Lock(PathOf(".lock")));
        files.Lock(PathOf(".lock")).Dispose();
    }

    [Fact]
    public void Memory_is_bounded_and_deleted_files_give_theirs_back()
    {
        var files = Memory(maxBytes: 1024 * 1024);
        using var first = files.Open(PathOf("a"), FileMode.OpenOrCreate);
        first.Write(Bytes(900 * 1024), 0);
        using var second = files.Open(PathOf("b"), FileMode.OpenOrCreate);
        Assert.Throws<IOException>(() => second.Write(Bytes(200 * 1024), 0));
        Assert.Equal(0, second.Length);
        files.Delete(PathOf("a"));
        second.Write(Bytes(200 * 1024), 0);
        Assert.Equal((1024 * 1024, 768 * 1024), files.Space(_directory.Path));
    }

    private IFileStore Open(string store) => store == "disk" ? DiskFiles.Instance : Memory(maxBytes: long.MaxValue);

    private MemoryFiles Memory(long maxBytes)
    {
        var files = new MemoryFiles(maxBytes, new FakeTimeProvider());
        files.CreateDirectory(_directory.Path);
        return files;
    }

    private void Write(IFileStore files, string name, byte content)
    {
        using var file = files.Open(PathOf(name), FileMode.Create);
        file.Write([content], 0);
    }

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
