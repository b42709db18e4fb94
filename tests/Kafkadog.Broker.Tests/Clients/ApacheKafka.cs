using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Server;

[assembly: AssemblyFixture(typeof(ApacheKafka))]

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>One Apache Kafka for the whole test run, started by the first test that needs it. On the listener most tests use everybody is a super user.</summary>
public sealed class ApacheKafka : KafkaTarget, IAsyncDisposable
{
    /// <summary>What groups of tests may be set to, so that their members learn of each other soon; for all others it is five seconds as always.</summary>
    public const int LeastHeartbeatIntervalMs = 100;

    private readonly SemaphoreSlim _once = new(1);
    private readonly string? _running = Environment.GetEnvironmentVariable("KAFKADOG_APACHE_KAFKA");
    private ApacheKafkaProcess? _process;
    private bool _isReady;

    /// <summary>That of an Apache Kafka which runs already, if <c>KAFKADOG_APACHE_KAFKA</c> tells one.</summary>
    public override string Servers => _running ?? _process!.Bootstrap;

    /// <summary>The certificates of its further listeners: see <see cref="ApacheSecureTarget"/>.</summary>
    public string TlsFolder => Path.Combine(_process!.Folder, "tls");

    public override async Task StartAsync()
    {
        await _once.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_running is null)
            {
                _process ??= await ApacheKafkaProcess.StartOrSkipAsync(
                    "--secure",
                    "--set", $"connections.max.reauth.ms={SecureTarget.SessionLifetime.TotalMilliseconds}",
                    "--set", $"group.consumer.min.heartbeat.interval.ms={LeastHeartbeatIntervalMs}");
            }

            if (!_isReady)
            {
                await MakeCoordinatorsAsync();
                _isReady = true;
            }
        }
        finally
        {
            _once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _once.Dispose();
    }

    /// <summary>The first question for a coordinator has its topic made, and until that is there many clients only try again.</summary>
    private async Task MakeCoordinatorsAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = await WireClient.ConnectAsync(Port, patience.Token);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        foreach (sbyte type in (sbyte[])[0, 1])
        {
            var request = new FindCoordinatorRequest { Key = "first", KeyType = type };
            while ((await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, request, patience.Token)).ErrorCode is not ErrorCode.None)
            {
                await again.WaitForNextTickAsync(patience.Token);
            }
        }
    }
}
