using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>Random members, dynamic and static, that join, leave, hang, crash and come back while topics come, grow and go; seeded, so that a failure can be repeated.</summary>
public sealed class ConsumerGroupChurnTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void No_partition_has_two_owners_and_quiet_brings_stability_with_everything_owned(int assignmentIntervalMs)
    {
        for (var seed = 0; seed < Nightly.Rounds(300, 20_000); seed++)
        {
            try
            {
                new Churn(seed, assignmentIntervalMs).Run();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>A client as simple as the protocol allows. It gives partitions up when it likes, and says so with its next heartbeat.</summary>
    private sealed class Client(string id, string? instance)
    {
        public string Id { get; } = id;
        public string? Instance { get; } = instance;
        public int Epoch { get; set; }
        public string[]? Topics { get; set; }
        public string? Regex { get; set; }
        public HashSet<TopicIdPartition> Owned { get; set; } = [];
        public HashSet<TopicIdPartition> Wanted { get; set; } = [];
        public bool Alive { get; set; } = true;
        public bool Stuck { get; set; }

        /// <summary>It subscribes anew, or an answer was lost: the next heartbeat says everything.</summary>
        public bool SaysAll { get; set; }
    }

    private sealed class Churn(int seed, int assignmentIntervalMs)
    {
        private static readonly string[] s_names = ["t1", "t2", "u1"];

        private readonly Random _random = new(seed);
        private readonly ConsumerGroupFixture _g = new(assignmentIntervalMs);
        private readonly List<Client> _clients = [];
        private int _ids;

        public void Run()
        {
            _g.Topics.Create("t1", 5);
            for (var step = 0; step < 150; step++)
            {
                Disturb();
                foreach (var client in _clients.Where(c => c.Alive && !c.Stuck).ToList()) Step(client);
                _g.Pass(_random.Next(0, 8000));
                Check();
            }

            foreach (var client in _clients) client.Stuck = false;
            _clients.RemoveAll(c => !c.Alive);
            for (var quiet = 0; quiet < 40; quiet++)
            {
                foreach (var client in _clients) Step(client);
                _g.Pass(5000);
                Check();
            }

            Assert.Equal(_clients.Count == 0 ? ConsumerGroupState.Empty : ConsumerGroupState.Stable, _g.Group.State);
            Assert.All(_clients, client => Assert.True(client.Owned.SetEquals(client.Wanted) && client.Epoch == _g.Group.AssignmentEpoch));
            var read = _g.Topics.All.Where(t => _g.Group.IsSubscribedTo(t.Name)).SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => new TopicIdPartition(t.Id, p)));
            Assert.Equal(read.Order(), _clients.SelectMany(c => c.Owned).Order());
        }

        private void Disturb()
        {
            switch (_random.Next(14))
            {
                case 0 or 1 when _clients.Count(c => c.Alive) < 6:
                    Add(_random.Next(3) == 0 ? $"i{_random.Next(3)}" : null);
                    break;
                case 2 when Any() is { } crashed:
                    crashed.Alive = false;
                    break;
                case 3 when Any() is { Stuck: false } leaver:
                    leaver.Alive = false;
                    leaver.Owned = [];
                    _g.Leave(leaver.Id, -1, leaver.Instance);
                    break;
                case 4 when Any() is { } hanging:
                    hanging.Stuck = !hanging.Stuck;
                    break;
                case 5 when Any() is { } changed:
                    Subscribe(changed);
                    changed.SaysAll = true;
                    break;
                case 6 when Any() is { Instance: { } name, Stuck: false } restarted:
                    restarted.Alive = false;
                    restarted.Owned = [];
                    _g.Leave(restarted.Id, -2, name);
                    Add(name);
                    break;
                case 7:
                    var topic = s_names[_random.Next(s_names.Length)];
                    if (!_g.Topics.TryGet(topic, out var present)) _g.Topics.Create(topic, _random.Next(1, 6));
                    else if (_random.Next(3) == 0) _g.Topics.Delete(topic);
                    else _g.Topics.Grow(topic, present.Partitions + 1);
                    break;
            }
        }

        private void Add(string? instance)
        {
            if (instance is not null && _clients.Any(c => c.Alive && c.Instance == instance)) return;
            var client = new Client($"m{++_ids}", instance);
            Subscribe(client);
            _clients.Add(client);
        }

        private void Subscribe(Client client)
        {
            var byExpression = _random.Next(4) == 0;
            client.Topics = byExpression ? [] : [.. s_names.Where(_ => _random.Next(2) == 0)];
            client.Regex = byExpression ? "t.*" : "";
        }

        private Client? Any()
        {
            var alive = _clients.Where(c => c.Alive).ToList();
            return alive.Count == 0 ? null : alive[_random.Next(alive.Count)];
        }

        private void Step(Client client)
        {
            // Now and then it takes its time to give partitions up.
            if (_random.Next(3) > 0) client.Owned = client.Wanted;
            var result = client.Epoch == 0
                ? _g.Join(client.Id, client.Topics, client.Regex, client.Instance, seed % 3 == 0 ? "range" : null, rebalanceMs: 20_000)
                : _g.Beat(client.Id, client.Epoch, client.Owned, client.SaysAll ? client.Topics : null, client.SaysAll ? client.Regex : null, client.Instance, client.SaysAll ? 20_000 : -1);
            switch (result.Error)
            {
                case ErrorCode.None:
                    // An answer gets lost now and then: then it asks again with the epoch it knows.
                    client.SaysAll = client.Epoch > 0 && _random.Next(12) == 0;
                    if (client.SaysAll)
                    {
                        // It has said that it has not taken the rest yet, and the coordinator may have given that to others: the protocol knows no more.
                        client.Wanted = [.. client.Wanted.Intersect(client.Owned)];
                        break;
                    }

                    client.Epoch = result.MemberEpoch;
                    if (result.Assignment is { } assignment) client.Wanted = [.. assignment];
                    break;
                case ErrorCode.UnreleasedInstanceId:
                    break;
                case ErrorCode.FencedInstanceId:
                    client.Alive = false;
                    client.Owned = [];
                    break;
                default:
                    Assert.True(result.Error is ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId, $"{result.Error}");
                    (client.Epoch, client.Owned, client.Wanted) = (0, [], []);
                    break;
            }
        }

        /// <summary>Neither the group nor the clients that it counts as members know two owners of a partition.</summary>
        private void Check()
        {
            var held = _g.Group.Members.SelectMany(m => m.Current.Assigned.Keys.Concat(m.Current.PendingRevocation.Keys)).ToList();
            Assert.Equal(held.Count, held.Distinct().Count());
            var members = _g.Group.Members.Select(m => m.MemberId).ToHashSet();
            var owned = _clients.Where(c => c.Alive && c.Epoch > 0 && members.Contains(c.Id)).SelectMany(c => c.Owned).ToList();
            Assert.Equal(owned.Count, owned.Distinct().Count());
        }
    }
}
