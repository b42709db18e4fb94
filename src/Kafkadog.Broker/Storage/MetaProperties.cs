using System.Globalization;
using System.Text;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Who owns a data directory and which format it has: <c>meta.properties</c> as Apache Kafka writes it, and one key of ours.</summary>
internal sealed record MetaProperties(int NodeId, string ClusterId, Guid DirectoryId)
{
    private const string FormatKey = "kafkadog.format.version";

    /// <summary>Reads the file, or writes it into a new directory.</summary>
    /// <exception cref="StorageException">Newer format, another owner, damage, or the disk.</exception>
    public static MetaProperties Open(StorageOptions options)
    {
        if (options.ClusterId is { } wanted && LogFormat.ParseUuid(wanted) is null)
            throw new ArgumentException($"'{wanted}' is not a cluster id: 22 characters of base64url are needed.", nameof(options));
        var path = Path.Combine(options.DataDirectory, LogFormat.MetaProperties);
        if (options.Files.FileExists(path))
            return Check(Parse(options.Files, path), options, path);

        var made = new MetaProperties(options.NodeId, options.ClusterId ?? LogFormat.UuidText(LogFormat.NewUuid()), LogFormat.NewUuid());
        DurableFile.Replace(options.Files, path, string.Create(CultureInfo.InvariantCulture,
            $"version=1\nnode.id={made.NodeId}\ncluster.id={made.ClusterId}\ndirectory.id={LogFormat.UuidText(made.DirectoryId)}\n{FormatKey}={LogFormat.DirectoryVersion}\n"));
        return made;
    }

    private static MetaProperties Check(MetaProperties found, StorageOptions options, string path)
    {
        if (found.NodeId != options.NodeId)
            throw new StorageException(StorageFailure.WrongOwner, $"{path} belongs to node {found.NodeId}, not to node {options.NodeId}");
        if (options.ClusterId is { } wanted && !string.Equals(wanted, found.ClusterId, StringComparison.Ordinal))
            throw new StorageException(StorageFailure.WrongOwner, $"{path} belongs to cluster {found.ClusterId}, not to cluster {wanted}");
        return found;
    }

    /// <exception cref="StorageException">It is damaged, or of a newer format.</exception>
    public static MetaProperties Parse(IFileStore files, string path)
    {
        var values = Encoding.UTF8.GetString(files.ReadAllBytes(path)).Split('\n')
            .Where(l => !l.StartsWith('#'))
            .Select(l => l.Split('=', 2))
            .Where(p => p.Length == 2)
            .ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);
        if (!int.TryParse(values.GetValueOrDefault(FormatKey), CultureInfo.InvariantCulture, out var format) || format < 1)
            throw new StorageException(StorageFailure.Corrupt, $"{path} has no {FormatKey}: the directory was not written by this broker");
        if (format > LogFormat.DirectoryVersion)
            throw new StorageException(StorageFailure.NewerFormat, $"{path} has format version {format}; this version reads up to {LogFormat.DirectoryVersion}. Use a newer version, or another data directory");
        return int.TryParse(values.GetValueOrDefault("node.id"), CultureInfo.InvariantCulture, out var node)
            && values.GetValueOrDefault("cluster.id") is { } cluster
            && LogFormat.ParseUuid(values.GetValueOrDefault("directory.id") ?? "") is { } directory
            ? new(node, cluster, directory)
            : throw new StorageException(StorageFailure.Corrupt, $"{path} is damaged");
    }
}
