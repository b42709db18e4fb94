using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Diagnostics;
using Kafkadog.Broker.Embedding;
using Kafkadog.Broker.Faults;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker;

/// <summary>
/// A Kafka broker in this process: one node, spoken to over TCP by any Kafka client.
/// <code>
/// await using var broker = await KafkaBroker.StartAsync(new BrokerOptions { Port = 0 });
/// var producer = new ProducerBuilder&lt;string, string&gt;(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
/// </code>
/// </summary>
public sealed partial class KafkaBroker : IAsyncDisposable
{
    /// <summary>The data directory of a broker in memory: a name, for logs and DescribeLogDirs.</summary>
    private const string InMemory = "/memory";

    private readonly BrokerOptions _options;
    private readonly ApiTable _apis;
    private readonly IFileStore _files;
    private readonly Pulse _changed = new();
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private IReadOnlyList<BoundListener> _listeners = [];
    private BrokerServer? _server;
    private volatile BrokerState? _state;

    private KafkaBroker(BrokerOptions options, ApiTable apis)
    {
        (_options, _apis) = (options, apis);
        _files = options.DataDirectory is null ? new MemoryFiles(options.MaxMemoryBytes, options.TimeProvider) : DiskFiles.Instance;
    }

    /// <summary>What clients take as <c>bootstrap.servers</c>; with several listeners, that of the first.</summary>
    public string BootstrapServers => _listeners[0].Advertised.ToString();

    /// <summary>The port the broker listens on, with several listeners that of the first; it stays the same across restarts.</summary>
    public int Port => _listeners[0].Port;

    /// <summary>What clients of one listener take as <c>bootstrap.servers</c>.</summary>
    /// <exception cref="ArgumentException">There is no listener of that name.</exception>
    public string BootstrapServersOf(string listener) =>
        (_listeners.FirstOrDefault(one => one.Options.Name == listener) ?? throw new ArgumentException($"There is no listener {listener}.", nameof(listener))).Advertised.ToString();

    /// <summary>The id of the cluster, which the data directory keeps.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>Where the logs are, as an absolute path; null when they are in memory.</summary>
    public string? DataDirectory => _options.DataDirectory is null ? null : Path.GetFullPath(_options.DataDirectory);

    /// <summary>Errors, delays and lost answers for tests of what a program does about them.</summary>
    public BrokerFaults Faults { get; } = new();

    /// <summary>The parts that run now.</summary>
    /// <exception cref="InvalidOperationException">The broker is stopped.</exception>
    private BrokerState State => _state ?? throw new InvalidOperationException("The broker is stopped. RestartAsync starts it again.");

    /// <summary>Opens the data directory, replays what it holds, and listens. Clients can connect when it returns.</summary>
    /// <exception cref="BrokerStartException">It could not start; the message says what to do next.</exception>
    public static Task<KafkaBroker> StartAsync(BrokerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(options ?? new BrokerOptions(), new ApiTable(), cancellationToken);

    internal static async Task<KafkaBroker> StartAsync(BrokerOptions options, ApiTable apis, CancellationToken cancellationToken)
    {
        options = Configured(options);
        Check(options);
        var broker = new KafkaBroker(options with { Configs = WithOwnDefaults(options.Configs) }, apis);
        await broker.RunAsync(broker._options, cancellationToken);
        return broker;
    }

    /// <summary>Stops accepting, answers or releases what is in flight, and closes the logs cleanly.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _lifecycle.Dispose();
    }

    private async Task RunAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        BrokerServer? server = null;
        BrokerStorage? storage = null;
        GroupCoordinator? groups = null;
        TransactionCoordinator? transactions = null;
        try
        {
            server = await BrokerServer.BindAsync(options, cancellationToken);
            storage = await OpenAsync(options, cancellationToken);
            CreateMissing(storage.Topics, options.Topics);
            groups = await GroupCoordinator.StartAsync(options, storage.Topics, storage.GroupConfigs, cancellationToken);
            transactions = TransactionCoordinator.Start(options, storage, groups);
            var state = new BrokerState(options, storage, groups, _apis, new BrokerMetrics())
            {
                Listeners = [.. server.Listeners.Select(listener => new BoundListener(listener.Options, listener.Port, listener.Advertised))],
                Faults = Faults,
                Transactions = transactions,
                Verification = new TransactionVerification(transactions),
            };
            (_listeners, ClusterId) = (state.Listeners, storage.ClusterId);
            state.Metrics.Observe(storage.Cleaner);
            storage.Topics.Changed += _ => _changed.Fire();
            BrokerGauges.Register(state.Metrics.Meter, state);
            server.Start(state);
            (_server, _state) = (server, state);
            _changed.Fire();
        }
        catch
        {
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (transactions?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (groups?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (storage?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    private async Task<BrokerStorage> OpenAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        var storage = new StorageOptions
        {
            DataDirectory = options.DataDirectory ?? InMemory,
            Files = _files,
            NodeId = options.NodeId,
            ClusterId = options.ClusterId,
            FlushMode = options.FlushMode,
            BrokerConfigs = options.Configs,
        };
        try
        {
            return await BrokerStorage.OpenAsync(StorageConfigs.Apply(storage), options.TimeProvider, options.LoggerFactory, cancellationToken);
        }
        catch (ArgumentException problem)
        {
            throw new BrokerStartException(BrokerStartFailure.InvalidOption, problem.Message, problem);
        }
        catch (StorageException problem)
        {
            var (failure, advice) = problem.Failure switch
            {
                StorageFailure.ReadOnly or StorageFailure.DiskFull => (BrokerStartFailure.DataDirectoryUnwritable, "Give this user the right to write there, free space, or set DataDirectory to another folder."),
                StorageFailure.InUse => (BrokerStartFailure.DataDirectoryInUse, "Stop the other broker, or set DataDirectory to another folder."),
                StorageFailure.NewerFormat => (BrokerStartFailure.DataDirectoryForeign, "Use the newer version, or set DataDirectory to another folder."),
                StorageFailure.WrongOwner => (BrokerStartFailure.DataDirectoryForeign, "Set NodeId and ClusterId to those of the directory, or set DataDirectory to another folder."),
                _ => (BrokerStartFailure.DataDirectoryUnreadable, "Repair or remove the folder, or set DataDirectory to another one."),
            };
            throw new BrokerStartException(failure, $"The data directory {storage.DataDirectory} cannot be used: {problem.Message} {advice}", problem);
        }
    }

    private static BrokerOptions Configured(BrokerOptions options)
    {
        try
        {
            return OptionConfigs.Apply(options);
        }
        catch (ArgumentException problem)
        {
            throw new BrokerStartException(BrokerStartFailure.InvalidOption, problem.Message, problem);
        }
    }

    /// <summary>Where this broker's own default differs from Apache Kafka's it is a setting, so that nobody takes it for Kafka's.</summary>
    private static Dictionary<string, string> WithOwnDefaults(IReadOnlyDictionary<string, string> configs)
    {
        var all = new Dictionary<string, string>(configs, StringComparer.Ordinal);
        // Small segments are deleted, and read again after a crash, sooner.
        all.TryAdd("log.segment.bytes", "67108864");
        return all;
    }

    private static void Check(BrokerOptions options)
    {
        if (SecurityOptions.Problem(options) is { } problem)
        {
            throw new BrokerStartException(BrokerStartFailure.InvalidOption, problem);
        }

        Require(options.MaxMemoryBytes >= 1024 * 1024, "MaxMemoryBytes must be 1048576 (1 MiB) or more.");
        Require(options.NodeId >= 0, "NodeId must be 0 or above.");
        Require(options.DefaultPartitions >= 1, "DefaultPartitions must be 1 or more.");
        Require(options.OffsetsTopicPartitions >= 1, "OffsetsTopicPartitions must be 1 or more.");
        Require(options.MaxRequestBytes >= 1024, "MaxRequestBytes must be 1024 or more.");
        Require(options.MaxFetchBytes >= 1024, "MaxFetchBytes must be 1024 or more.");
        Require(options.FetchSessionSlots >= 0, "FetchSessionSlots must be 0 or more.");
        Require(options.MaxConnections >= 1, "MaxConnections must be 1 or more.");
        Require(options.MaxConnectionsPerAddress >= 1, "MaxConnectionsPerAddress must be 1 or more.");
        Require(options.MaxConnectionsPerSecond >= 1, "MaxConnectionsPerSecond must be 1 or more.");
        Require(options.MaxRequestMemoryBytes >= 1, "MaxRequestMemoryBytes must be 1 or more.");
        Require(options.MinRequestBytesPerSecond >= 0, "MinRequestBytesPerSecond must be 0 or more.");
        Require(options.AuthenticationTimeout > TimeSpan.Zero, "AuthenticationTimeout must be more than zero.");
        Require(options.MaxConnectionIdle > TimeSpan.Zero, "MaxConnectionIdle must be more than zero.");

        static void Require(bool holds, string message)
        {
            if (!holds)
            {
                throw new BrokerStartException(BrokerStartFailure.InvalidOption, message);
            }
        }
    }
}
