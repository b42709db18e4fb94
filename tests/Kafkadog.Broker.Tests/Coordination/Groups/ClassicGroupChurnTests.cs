using System.Globalization;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.GroupFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>Random members, dynamic and static, that join, leave, hang and come back; seeded, so that a failure can be repeated.</summary>
public sealed class ClassicGroupChurnTests
{
    private const int Partitions = 7;

    [Theory]
    [InlineData(0)]
    [InlineData(3000)]
    public void No_partition_has_two_owners_everybody_is_answered_and_quiet_brings_stability(int initialDelayMs)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            try
            {
                new Churn(seed, TimeSpan.FromMilliseconds(initialDelayMs)).Run();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>A client as simple as the protocol allows; it does its next step when its last request was answered.</summary>
    private sealed class Client(string? instance)
    {
        public string? Instance { get; } = instance;
        public string Id { get; set; } = "";
        public int Generation { get; set; } = -1;
        public string Metadata { get; set; } = "t";
        public bool Alive { get; set; } = true;
        public bool Stuck { get; set; }
        public Task<JoinGroupResult>? Joining { get; set; }
        public Task<SyncGroupResult>? Syncing { get; set; }
        public bool HasAssignment { get; set; }
        public bool Waits => Joining is { IsCompleted: false } || Syncing is { IsCompleted: false };
    }

    private sealed class Churn(int seed, TimeSpan initialDelay)
    {
        private readonly Random _random = new(seed);
        private readonly GroupFixture _g = new(new GroupOptions { InitialRebalanceDelay = initialDelay });
        private readonly List<Client> _clients = [];
        private readonly Dictionary<(int Generation, int Partition), string> _owners = [];
        private readonly List<Task> _asked = [];
        private int _instances;

        public void Run()
        {
            for (var step = 0; step < 150; step++)
            {
                Disturb();
                foreach (var client in _clients.Where(c => c is { Alive: true, Stuck: false }).ToList()) Step(client);
                _g.Pass(_random.Next(1500));
            }

            foreach (var client in _clients) client.Stuck = false;
            _clients.RemoveAll(c => !c.Alive);
            for (var quiet = 0; quiet < 60; quiet++)
            {
                foreach (var client in _clients) Step(client);
                _g.Pass(1000);
            }

            Assert.Equal(_clients.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable, _g.Group.State);
            Assert.All(_clients, client => Assert.True(client.HasAssignment && client.Generation == _g.Group.Generation));
            Assert.All(_asked, asked => Assert.True(asked.IsCompleted));
            Assert.Equal(_clients.Count == 0 ? 0 : Partitions, _owners.Keys.Count(o => o.Generation == _g.Group.Generation));
        }

        private void Disturb()
        {
            switch (_random.Next(10))
            {
                case 0 or 1 when _clients.Count(c => c.Alive) < 6:
                    _clients.Add(new Client(_random.Next(3) == 0 ? $"i{++_instances}" : null));
                    break;
                case 2 when Any() is { } crashed:
                    crashed.Alive = false;
                    break;
                case 3 when Any() is { Id.Length: > 0 } leaver:
                    leaver.Alive = false;
                    _g.Leave(new MemberIdentity(leaver.Id, leaver.Instance));
                    break;
                case 4 when Any() is { } hanging:
                    hanging.Stuck = !hanging.Stuck;
                    break;
                case 5 when Any() is { } changed:
                    changed.Metadata = $"t{_random.Next(3)}";
                    Rejoin(changed);
                    break;
                case 6 when Any() is { Instance: { } name, Stuck: false } restarted:
                    restarted.Alive = false;
                    _clients.Add(new Client(name));
                    break;
            }
        }

        private Client? Any()
        {
            var alive = _clients.Where(c => c.Alive).ToList();
            return alive.Count == 0 ? null : alive[_random.Next(alive.Count)];
        }

        private void Step(Client client)
        {
            if (client.Waits) return;
            if (client.Joining is { } joining)
            {
                client.Joining = null;
                OnJoined(client, Done(joining));
            }
            else if (client.Syncing is { } syncing)
            {
                client.Syncing = null;
                OnSynced(client, Done(syncing));
            }
            else if (client.HasAssignment)
            {
                OnHeartbeat(client, _g.Heartbeat(client.Id, client.Generation, client.Instance));
            }
            else
            {
                Join(client);
            }
        }

        private void Join(Client client)
        {
            client.HasAssignment = false;
            client.Joining = _g.Join(
                client.Id, client.Instance, ["range"], client.Metadata, sessionMs: 6000, rebalanceMs: 15_000, requireId: true, skipping: seed % 2 == 0);
            _asked.Add(client.Joining);
        }

        private void Rejoin(Client client)
        {
            if (client is { Waits: false, Stuck: false } && client.HasAssignment) Join(client);
        }

        private void OnJoined(Client client, JoinGroupResult joined)
        {
            switch (joined.Error)
            {
                case ErrorCode.None:
                    client.Id = joined.MemberId;
                    client.Generation = joined.Generation;
                    var leads = joined.Leader == joined.MemberId && !joined.SkipAssignment;
                    client.Syncing = leads
                        ? _g.Sync(client.Id, client.Generation, client.Instance, null, null, Share(joined))
                        : _g.Sync(client.Id, client.Generation, client.Instance, null, null);
                    _asked.Add(client.Syncing);
                    break;
                case ErrorCode.MemberIdRequired:
                    client.Id = joined.MemberId;
                    break;
                default:
                    Lost(client, joined.Error);
                    break;
            }
        }

        /// <summary>The leader deals the partitions out in turn.</summary>
        private static (string, string)[] Share(JoinGroupResult joined) =>
            [.. joined.Members.Select((member, i) => (member.MemberId, string.Join(',', Enumerable.Range(0, Partitions).Where(p => p % joined.Members.Count == i))))];

        private void OnSynced(Client client, SyncGroupResult synced)
        {
            if (synced.Error != ErrorCode.None)
            {
                Lost(client, synced.Error);
                return;
            }

            client.HasAssignment = true;
            foreach (var partition in Text(synced.Assignment).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => int.Parse(p, CultureInfo.InvariantCulture)))
            {
                // A restarted static member owns what its former process owned: the name is the owner.
                var owner = client.Instance ?? client.Id;
                Assert.True(_owners.TryAdd((client.Generation, partition), owner) || _owners[(client.Generation, partition)] == owner);
            }
        }

        private void OnHeartbeat(Client client, ErrorCode error)
        {
            if (error == ErrorCode.RebalanceInProgress) Join(client);
            else if (error != ErrorCode.None) Lost(client, error);
        }

        private static void Lost(Client client, ErrorCode error)
        {
            client.HasAssignment = false;
            if (error == ErrorCode.FencedInstanceId) client.Alive = false;
            if (error is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration) client.Id = "";
        }
    }
}
