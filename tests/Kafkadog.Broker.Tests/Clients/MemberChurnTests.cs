using System.Collections.Concurrent;
using Confluent.Kafka;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Real members that come and go at random, in either protocol: a moment in every build, a minute with ten of them at night.</summary>
public sealed class MemberChurnTests(QuickHeartbeatsTarget target) : IClassFixture<QuickHeartbeatsTarget>
{
    private const int Partitions = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task No_partition_has_two_owners_and_all_are_owned_when_it_is_quiet(GroupProtocol protocol)
    {
        var topic = $"churn-{protocol}";
        using (var client = await WireClient.ConnectAsync(target.Port, Cancel))
        {
            await client.CreateAsync(topic, Partitions, Cancel);
        }

        var owners = new Owners();
        using var restless = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var members = Enumerable.Range(0, Nightly.Rounds(3, 10))
            .Select(i => Task.Run(() => Live(protocol, topic, $"m{i}", new Random(i), owners, restless.Token, alive.Token), Cancel))
            .ToList();
        await Task.Delay(TimeSpan.FromSeconds(Nightly.Rounds(2, 60)), Cancel);
        await restless.CancelAsync();
        await owners.WhenAllOwnedAsync().WaitAsync(KafkaTarget.Patience, Cancel);
        await alive.CancelAsync();
        await Task.WhenAll(members);
        Assert.Empty(owners.Doubles);
    }

    /// <summary>One member after another of this name, each for a while, until it is time to be quiet; the last one stays.</summary>
    private void Live(GroupProtocol protocol, string topic, string name, Random random, Owners owners, CancellationToken restless, CancellationToken alive)
    {
        for (var life = 0; !alive.IsCancellationRequested; life++)
        {
            var member = $"{name}.{life}";
            var config = new ConsumerConfig { BootstrapServers = target.Servers, GroupId = topic, GroupProtocol = protocol, AutoOffsetReset = AutoOffsetReset.Earliest };
            if (protocol == GroupProtocol.Classic)
            {
                (config.HeartbeatIntervalMs, config.SessionTimeoutMs) = (200, 6000);
            }

            using var consumer = new ConsumerBuilder<Null, string>(config)
                .SetPartitionsAssignedHandler((_, assigned) => owners.Take(member, assigned.Select(p => p.Partition.Value)))
                .SetPartitionsRevokedHandler((_, revoked) => owners.Give(member, revoked.Select(p => p.Partition.Value)))
                .SetPartitionsLostHandler((_, lost) => owners.Give(member, lost.Select(p => p.Partition.Value)))
                .Build();
            consumer.Subscribe(topic);
            var leaves = DateTime.UtcNow + TimeSpan.FromMilliseconds(random.Next(300, 3000));
            while (!alive.IsCancellationRequested && (restless.IsCancellationRequested || DateTime.UtcNow < leaves))
            {
                consumer.Consume(TimeSpan.FromMilliseconds(50));
            }

            consumer.Close();
        }
    }

    /// <summary>Who has which partition, as the members themselves are told.</summary>
    private sealed class Owners
    {
        private readonly Lock _lock = new();
        private readonly string?[] _owners = new string?[Partitions];
        private TaskCompletionSource? _allOwned;

        public ConcurrentBag<string> Doubles { get; } = [];

        /// <summary>Completes when every partition has an owner, now or later.</summary>
        public Task WhenAllOwnedAsync()
        {
            lock (_lock)
            {
                _allOwned = new(TaskCreationOptions.RunContinuationsAsynchronously);
                LookIfAllAreOwned();
                return _allOwned.Task;
            }
        }

        public void Take(string member, IEnumerable<int> partitions)
        {
            lock (_lock)
            {
                foreach (var partition in partitions)
                {
                    if (_owners[partition] is { } other) Doubles.Add($"{partition}: {other} and {member}");
                    _owners[partition] = member;
                }

                LookIfAllAreOwned();
            }
        }

        public void Give(string member, IEnumerable<int> partitions)
        {
            lock (_lock)
            {
                foreach (var partition in partitions)
                {
                    if (_owners[partition] == member) _owners[partition] = null;
                }
            }
        }

        private void LookIfAllAreOwned()
        {
            if (_owners.All(owner => owner is not null)) _allOwned?.TrySetResult();
        }
    }
}
