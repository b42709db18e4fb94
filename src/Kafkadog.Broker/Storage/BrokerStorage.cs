using System.Text;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Storage.Cleaning;
using Kafkadog.Broker.Storage.Files;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>The log directory of one broker: its identity, topics, logs and background work. Disposing shuts down cleanly.</summary>
internal sealed partial class BrokerStorage : IAsyncDisposable
{
    private readonly StorageOptions _options;
    private readonly LogEnvironment _environment;
    private readonly IDisposable _lockFile;
    private readonly MetaProperties _meta;
    private readonly MetadataLog _metadata;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _checkpointLock = new();
    private readonly Task _background;
    private int _disposed;

    private BrokerStorage(StorageOptions options, TimeProvider time, ILoggerFactory loggers, IDisposable lockFile)
    {
        _options = options;
        _lockFile = lockFile;
        var logger = loggers.CreateLogger<BrokerStorage>();
        _environment = new(options, time, new OpenFiles(options.Files, Math.Max(16, options.MaxOpenFiles)), new LogFlusher(options, time), new DelayedDeletions(time, logger), logger);
        _meta = MetaProperties.Open(options);

        var topics = new TopicMetadata();
        _metadata = new MetadataLog(Files, PathOf(LogFormat.MetadataLog), topics, ProducerIds, Acls, ScramUsers, GroupConfigs, Quotas, _environment.BrokerConfigs);
        try
        {
            ProducerIds.Attach(_metadata);
            Acls.Attach(_metadata);
            ScramUsers.Attach(_metadata);
            GroupConfigs.Attach(_metadata);
            Quotas.Attach(_metadata);
            _environment.BrokerConfigs.Attach(_metadata);
            var clean = TakeCleanShutdownMarker();
            var recoveryPoints = Checkpoint.ReadOffsets(Files, PathOf(LogFormat.RecoveryPoints));
            var logStarts = Checkpoint.ReadOffsets(Files, PathOf(LogFormat.LogStartOffsets));
            var cleaned = ReadCleanerOffsets();
            _metadata.Append(new BrokerStartRecord(topics.Starts + 1));
            Starts = topics.Starts;
            SetStraysAside(topics);
            Topics = new TopicRegistry(_environment, _metadata, topics, p => new(clean, recoveryPoints.GetValueOrDefault(p), logStarts.GetValueOrDefault(p), cleaned.GetValueOrDefault(p)));
            Cleaner = new LogCleaner(options.Cleaner, () => Logs, WriteCleanerOffsetsOrLog, time, logger);
            _environment.WriteCheckpoints = WriteCheckpoints;
            // A checkpoint of a deleted topic would be taken for one of a new topic of the same name.
            WriteCheckpoints();
            Topics.Changed += WriteCheckpointsWhenDeleted;
            Opened(logger, options.DataDirectory, Topics.All.Count, clean);
        }
        catch
        {
            _metadata.Dispose();
            throw;
        }

        _background = Task.WhenAll(
            _environment.Flusher.RunAsync(_stopping.Token),
            Cleaner.RunAsync(_stopping.Token),
            RepeatAsync(options.RetentionCheckInterval, ApplyRetention),
            RepeatAsync(options.CheckpointInterval, WriteCheckpoints));
    }

    public string ClusterId => _meta.ClusterId;
    public int NodeId => _meta.NodeId;
    public Guid DirectoryId => _meta.DirectoryId;
    public string DataDirectory => _options.DataDirectory;
    public IFileStore Files => _options.Files;
    public TopicRegistry Topics { get; }
    public LogCleaner Cleaner { get; }
    public ProducerIds ProducerIds { get; } = new();
    public AclStore Acls { get; } = new();
    public ScramStore ScramUsers { get; } = new();
    public GroupConfigs GroupConfigs { get; } = new();
    public ClientQuotas Quotas { get; } = new();
    public DynamicBrokerConfigs BrokerConfigs => _environment.BrokerConfigs;

    /// <summary>How often the broker was started on this directory, this time included.</summary>
    public int Starts { get; }

    /// <summary>For further parts of the metadata (users, access control lists).</summary>
    public MetadataLog Metadata => _metadata;

    /// <exception cref="StorageException">The directory is in use, read-only, of a newer format, of another node, or cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public static Task<BrokerStorage> OpenAsync(
        StorageOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(options with { DataDirectory = Path.GetFullPath(options.DataDirectory) }, time, loggers), cancellationToken);

    /// <summary>Flushes and closes every log and marks the directory as cleanly shut down if nothing failed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(false);
        _environment.Deletions.Dispose();
        var clean = 1;
        Parallel.ForEach(Logs, log =>
        {
            if (!log.Close())
                Volatile.Write(ref clean, 0);
        });
        try
        {
            WriteCheckpoints();
            if (clean == 1)
                DurableFile.Replace(Files, PathOf(LogFormat.CleanShutdown), "{\"version\":0,\"brokerEpoch\":-1}");
        }
        finally
        {
            _metadata.Dispose();
            _lockFile.Dispose();
            _stopping.Dispose();
        }
    }

    /// <summary>Ends as a killed process does: what is written stays, nothing more is flushed, and the directory is not marked as clean.</summary>
    public async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        foreach (var log in Logs)
            log.Abandon();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(false);
        _environment.Deletions.Dispose();
        _metadata.Dispose();
        _lockFile.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Applies retention to every partition; runs by itself every <see cref="StorageOptions.RetentionCheckInterval"/>.</summary>
    public void ApplyRetention()
    {
        foreach (var log in Logs)
            log.ApplyRetention();
    }

    /// <summary>Writes recovery points and log start offsets; runs by itself every <see cref="StorageOptions.CheckpointInterval"/>.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void WriteCheckpoints()
    {
        lock (_checkpointLock)
        {
            var logs = Logs.ToList();
            Checkpoint.WriteOffsets(Files, PathOf(LogFormat.RecoveryPoints), [.. logs.Select(l => KeyValuePair.Create(l.TopicPartition, l.RecoveryPoint))]);
            Checkpoint.WriteOffsets(Files, PathOf(LogFormat.LogStartOffsets), [.. logs.Where(l => l.LogStartOffset > 0).Select(l => KeyValuePair.Create(l.TopicPartition, l.LogStartOffset))]);
            WriteCleanerOffsets(logs);
        }
    }

    private void WriteCleanerOffsets(IEnumerable<PartitionLog> logs) =>
        Checkpoint.WriteOffsets(Files, PathOf(LogFormat.CleanerOffsets), [.. logs.Where(l => l.CleanedTo > 0).Select(l => KeyValuePair.Create(l.TopicPartition, l.CleanedTo))]);

    // Not worth a partition: without it the next start only cleans again what is clean.
    private void WriteCleanerOffsetsOrLog()
    {
        try
        {
            lock (_checkpointLock)
                WriteCleanerOffsets(Logs);
        }
        catch (StorageException e)
        {
            BackgroundFailed(_environment.Logger, e);
        }
    }

    // As in Apache Kafka a damaged one only costs another cleaning.
    private Dictionary<TopicPartition, long> ReadCleanerOffsets()
    {
        try
        {
            return Checkpoint.ReadOffsets(Files, PathOf(LogFormat.CleanerOffsets));
        }
        catch (StorageException e) when (e.Failure is StorageFailure.Corrupt)
        {
            BackgroundFailed(_environment.Logger, e);
            return [];
        }
    }

    private void WriteCheckpointsWhenDeleted(TopicChange change)
    {
        if (change.Kind is not TopicChangeKind.Deleted)
            return;
        try
        {
            WriteCheckpoints();
        }
        catch (StorageException e)
        {
            BackgroundFailed(_environment.Logger, e);
        }
    }

    private IEnumerable<PartitionLog> Logs => Topics.All.SelectMany(t => t.Partitions);

    private static BrokerStorage Open(StorageOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ValidateBrokerConfigs(options);
        IDisposable lockFile;
        try
        {
            if (!options.Files.DirectoryExists(options.DataDirectory))
            {
                options.Files.CreateDirectory(options.DataDirectory);
                // Without this all of it could be gone after a power cut, however well its files were flushed.
                options.Files.FlushDirectory(Path.GetDirectoryName(options.DataDirectory)!);
            }

            lockFile = TakeLock(options.Files, Path.Combine(options.DataDirectory, LogFormat.LockFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.From(e, $"Cannot use the data directory {options.DataDirectory}");
        }

        try
        {
            return new BrokerStorage(options, time, loggers, lockFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lockFile.Dispose();
            throw StorageException.From(e, $"Cannot open the data directory {options.DataDirectory}");
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    private static void ValidateBrokerConfigs(StorageOptions options)
    {
        foreach (var definition in TopicConfigs.All.Values)
        {
            foreach (var synonym in definition.BrokerSynonyms)
            {
                if (options.BrokerConfigs.TryGetValue(synonym.Name, out var value) && definition.Problem(value) is { } problem)
                    throw new ArgumentException($"{synonym.Name}: {problem}", nameof(options));
            }
        }
    }

    private static IDisposable TakeLock(IFileStore files, string path)
    {
        try
        {
            return files.Lock(path);
        }
        catch (IOException e) when (files.FileExists(path) && StorageException.From(e, "").Failure is StorageFailure.Io)
        {
            throw new StorageException(StorageFailure.InUse, $"{path} is held by another broker: two brokers cannot share a data directory", e);
        }
    }

    private bool TakeCleanShutdownMarker()
    {
        var marker = PathOf(LogFormat.CleanShutdown);
        if (!Files.FileExists(marker))
            return false;
        Files.Delete(marker);
        Files.FlushDirectory(_options.DataDirectory);
        return true;
    }

    /// <summary>Deletes what waited for deletion; renames partitions of topics nobody knows, so that a topic of that name can be made again.</summary>
    private void SetStraysAside(TopicMetadata topics)
    {
        var known = topics.Topics
            .SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => KeyValuePair.Create(new TopicPartition(t.Name, p).ToString(), t.Id)))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var directory in Files.EnumerateDirectories(_options.DataDirectory))
        {
            var metadata = Path.Combine(directory, LogFormat.PartitionMetadata);
            if (directory.EndsWith(LogFormat.DeletedDirectorySuffix, StringComparison.Ordinal))
            {
                Files.DeleteDirectory(directory);
            }
            else if (Files.FileExists(metadata) && Files.Length(metadata) > 0 && !directory.EndsWith(LogFormat.StrayDirectorySuffix, StringComparison.Ordinal)
                && !(known.TryGetValue(Path.GetFileName(directory), out var id) && Encoding.UTF8.GetString(Files.ReadAllBytes(metadata)).Contains(LogFormat.UuidText(id), StringComparison.Ordinal)))
            {
                var aside = $"{directory}.{Guid.NewGuid():N}{LogFormat.StrayDirectorySuffix}";
                Files.MoveDirectory(directory, aside);
                StrayFound(_environment.Logger, aside);
            }
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Action action)
    {
        using var timer = new PeriodicTimer(interval, _environment.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    action();
                }
                catch (StorageException e)
                {
                    BackgroundFailed(_environment.Logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private string PathOf(string name) => Path.Combine(_options.DataDirectory, name);

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened {DataDirectory}: {Topics} topics, clean shutdown before: {Clean}")]
    private static partial void Opened(ILogger logger, string dataDirectory, int topics, bool clean);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No topic owns the partition now set aside as {Directory}; delete it if it is not needed")]
    private static partial void StrayFound(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "Writing checkpoints failed; it is tried again")]
    private static partial void BackgroundFailed(ILogger logger, Exception cause);
}
