using System.Globalization;

namespace Kafkadog.Supervision;

/// <summary>What <c>kafkadog up</c> was asked to run.</summary>
/// <param name="Bootstrap">Where Kafka is; null for the embedded broker.</param>
/// <param name="Ports">Port of the first instance of each role to run; a role that is not in here is left out.</param>
/// <param name="Overrides">Settings handed to every role, as <c>KEY=VALUE</c>.</param>
internal sealed record UpSettings(
    DataDirectory Data,
    string? Bootstrap,
    bool Fast,
    IReadOnlyDictionary<Role, int> Ports,
    IReadOnlyList<string> Overrides)
{
    public string Brokers => Bootstrap ?? $"127.0.0.1:{Ports[Roles.Broker]}";
}

/// <summary>Starts, counts and stops the instances of one <c>kafkadog up</c>. Every child is a process of its own.</summary>
internal sealed class Supervisor(UpSettings settings, Action<InstanceEvent> report, TimeProvider time) : IAsyncDisposable
{
    public const int MostInstances = 32;

    private readonly Lock gate = new();
    private readonly List<Instance> instances = [];
    private readonly ChangeSignal changes = new();
    private readonly TaskCompletionSource kafkaIsThere = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UpSettings Settings => settings;

    /// <summary>Set when an instance tells something new, comes or goes.</summary>
    public ChangeSignal Changes => changes;

    public IReadOnlyList<Instance> Instances
    {
        get
        {
            lock (gate)
            {
                return [.. instances.OrderBy(i => i.Role.Order).ThenBy(i => i.Number)];
            }
        }
    }

    /// <summary>Starts the broker; done when it answers, or at once when Kafka is elsewhere.</summary>
    public Task StartBrokerAsync(CancellationToken cancellationToken) =>
        StartFirstAsync(settings.Ports.Keys.Where(r => r.IsBroker), cancellationToken);

    /// <summary>
    /// Starts every other role at once; done when all are ready. They prepare themselves beside the broker, and go on to what
    /// needs Kafka after <see cref="KafkaIsThere"/>.
    /// </summary>
    public Task StartServicesAsync(CancellationToken cancellationToken) =>
        StartFirstAsync(settings.Ports.Keys.Where(r => !r.IsBroker), cancellationToken);

    /// <summary>From now on Kafka answers and has the topics.</summary>
    public void KafkaIsThere() => kafkaIsThere.TrySetResult();

    /// <summary>The instance of that name; the bare role name will do while there is only one.</summary>
    public Instance Find(string name)
    {
        var all = Instances;
        if (all.FirstOrDefault(i => i.Name == name) is { } exact)
        {
            return exact;
        }

        var ofRole = all.Where(i => i.Role.Name == name).ToList();
        return ofRole switch
        {
            [var only] => only,
            [] => throw new CommandFailure(
                ExitCodes.NotFound, $"there is no instance '{name}'", $"one of: {string.Join(", ", all.Select(i => i.Name))}"),
            _ => throw new CommandFailure(
                ExitCodes.NotFound, $"{name} has {ofRole.Count} instances", $"name one: {string.Join(", ", ofRole.Select(i => i.Name))}"),
        };
    }

    /// <summary>Starts or stops instances until <paramref name="count"/> of the role run; done when they are ready or gone.</summary>
    public async Task ScaleAsync(string roleName, int count, CancellationToken cancellationToken)
    {
        var role = Roles.Find(roleName);
        if (role.IsBroker || !settings.Ports.ContainsKey(role))
        {
            throw new CommandFailure(
                ExitCodes.Refused,
                role.IsBroker ? "the embedded broker is one process" : $"{role.Name} was left out of this `kafkadog up`",
                role.IsBroker ? "for more brokers run Apache Kafka and `kafkadog up --bootstrap HOST:PORT`" : "start it without the --no option");
        }

        if (count is < 0 or > MostInstances)
        {
            throw new CommandFailure(ExitCodes.Usage, $"{count} instances of {role.Name}", $"a number from 0 to {MostInstances}");
        }

        var ofRole = Instances.Where(i => i.Role == role).ToList();
        var running = ofRole.Where(i => !i.IsDown).ToList();
        var surplus = running.Skip(count).ToList();
        var missing = ofRole.Where(i => i.IsDown).Take(count - running.Count).ToList();
        while (running.Count + missing.Count < count)
        {
            missing.Add(Add(role, PortCheck.FindFree()));
        }

        missing.ForEach(i => i.Start());
        await Task.WhenAll(surplus.Select(i => i.StopAsync()));
        lock (gate)
        {
            foreach (var gone in ofRole.Where(i => i.IsDown && i.Number > 1))
            {
                instances.Remove(gone);
                gone.Dispose();
            }
        }

        changes.Set();

        await Task.WhenAll(missing.Select(i => i.Ready)).WaitAsync(cancellationToken);
    }

    /// <summary>Starts one more instance of the role; done when it is ready.</summary>
    public Task AddOneAsync(string roleName, CancellationToken cancellationToken) =>
        ScaleAsync(roleName, Instances.Count(i => i.Role.Name == roleName && !i.IsDown) + 1, cancellationToken);

    /// <summary>Stops everything at once, services before the broker so that they can still leave their groups.</summary>
    public async ValueTask DisposeAsync()
    {
        var all = Instances;
        foreach (var instance in all)
        {
            instance.EndForGood();
        }

        await Task.WhenAll(all.Where(i => !i.Role.IsBroker).Select(i => i.StopAsync()));
        await Task.WhenAll(all.Where(i => i.Role.IsBroker).Select(i => i.StopAsync()));
        foreach (var instance in all)
        {
            instance.Dispose();
        }
    }

    private async Task StartFirstAsync(IEnumerable<Role> roles, CancellationToken cancellationToken)
    {
        var first = roles.Select(r => Add(r, settings.Ports[r])).ToList();
        first.ForEach(i => i.Start());
        await Task.WhenAll(first.Select(i => i.Ready)).WaitAsync(cancellationToken);
    }

    private Instance Add(Role role, int port)
    {
        lock (gate)
        {
            var taken = instances.Where(i => i.Role == role).Select(i => i.Number).ToHashSet();
            var number = Enumerable.Range(1, MostInstances).First(n => !taken.Contains(n));
            var instance = new Instance(role, number, Launch(role, number, port), report, changes.Set, time);
            instances.Add(instance);
            return instance;
        }
    }

    private InstanceLaunch Launch(Role role, int number, int port)
    {
        List<string> arguments =
        [
            "run", role.Name,
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--instance", number.ToString(CultureInfo.InvariantCulture),
            "--data-dir", settings.Data.Path,
            "--bootstrap", settings.Brokers,
        ];
        if (settings.Fast)
        {
            arguments.Add("--fast");
        }

        if (!role.IsBroker)
        {
            // The gateway passes questions on; the others do not mind knowing.
            arguments.AddRange(settings.Ports.Where(p => p.Key.IsService).Select(p => $"Gateway:Services:{p.Key.Name}={p.Key.Url(p.Value)}"));
        }

        arguments.AddRange(settings.Overrides);
        return new InstanceLaunch(port, arguments, Path.Combine(settings.Data.Logs, $"{role.Name}-{number}.log"), kafkaIsThere.Task);
    }
}
