using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Kafkadog.EndToEnd.Tests.Supervision;

public sealed class SupervisorTests
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task Up_stops_everything_within_three_seconds_of_a_signal(int signal)
    {
        await using var up = await RunningUp.BrokerAsync();
        var child = (await up.StatusAsync("broker-1"))["processId"]!.GetValue<int>();

        var began = Stopwatch.GetTimestamp();
        Executable.Signal(up.Process.Id, signal);
        await up.Process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, StopLimit);
        Assert.Equal(0, up.Process.ExitCode);
        Assert.False(Executable.IsAlive(child));
        Assert.False(File.Exists(Path.Combine(up.Data, "control.json")));
    }

    [Fact]
    public async Task A_signal_to_the_whole_process_group_is_a_clean_stop()
    {
        await using var up = await RunningUp.BrokerAsync();
        var child = (await up.StatusAsync("broker-1"))["processId"]!.GetValue<int>();

        Executable.Signal(child, Terminate);
        Executable.Signal(up.Process.Id, Terminate);
        await up.Process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(0, up.Process.ExitCode);
        Assert.DoesNotContain("is ready after", up.Said, StringComparison.Ordinal);
        await using var again = await RunningUp.StartAsync(up.Data, [.. Roles.All.Where(r => !r.IsBroker).Select(r => $"--no-{r.Name}")]);
        Assert.Contains("clean shutdown before: True", (await again.RunAsync("logs", "broker")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_child_outlives_a_supervisor_that_is_killed()
    {
        await using var up = await RunningUp.BrokerAsync();
        using var child = Process.GetProcessById((await up.StatusAsync("broker-1"))["processId"]!.GetValue<int>());

        Executable.Signal(up.Process.Id, Kill);

        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);
        (await up.RunAsync("status")).Failed(ExitCodes.NotRunning, up.Data);
        await using var again = await RunningUp.StartAsync(up.Data, [.. Roles.All.Where(r => !r.IsBroker).Select(r => $"--no-{r.Name}")]);
    }

    [Fact]
    public async Task A_crashed_child_comes_back_and_the_crash_is_said()
    {
        await using var up = await RunningUp.BrokerAsync();
        var before = (await up.StatusAsync("broker-1"))["processId"]!.GetValue<int>();

        Executable.Signal(before, Kill);

        var after = await up.UntilAsync("broker-1", i => i["restarts"]!.GetValue<int>() == 1 && i["state"]!.GetValue<string>() == "Ready");
        Assert.NotEqual(before, after["processId"]!.GetValue<int>());
        Assert.Contains("broker-1 crashed (signal 9)", up.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_instance_stays_down_until_it_is_started()
    {
        await using var up = await RunningUp.BrokerAsync();

        (await up.RunAsync("kill", "broker")).Succeeded();
        var killed = await up.StatusAsync("broker-1");
        (await up.RunAsync("topics", "list")).Failed(ExitCodes.Unreachable, up.Bootstrap);
        (await up.RunAsync("start", "broker")).Succeeded();
        var started = await up.StatusAsync("broker-1");

        Assert.Equal("Killed", killed["state"]!.GetValue<string>());
        Assert.Null(killed["processId"]);
        Assert.Equal("Ready", started["state"]!.GetValue<string>());
        Assert.Equal(0, started["restarts"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_frozen_instance_answers_nobody_until_it_is_thawed()
    {
        await using var up = await RunningUp.BrokerAsync();

        (await up.RunAsync("freeze", "broker")).Succeeded();
        var frozen = await up.StatusAsync("broker-1");
        (await up.RunAsync("topics", "list")).Failed(ExitCodes.Unreachable, up.Bootstrap);
        (await up.RunAsync("thaw", "broker")).Succeeded();

        Assert.Equal("Frozen", frozen["state"]!.GetValue<string>());
        (await up.RunAsync("topics", "list")).Succeeded();
        (await up.RunAsync("thaw", "broker")).Failed(ExitCodes.Failed, "not frozen");
    }

    [Fact]
    public async Task A_frozen_instance_can_still_be_stopped()
    {
        await using var up = await RunningUp.BrokerAsync();
        (await up.RunAsync("freeze", "broker")).Succeeded();

        (await up.RunAsync("stop", "broker")).Succeeded();

        Assert.Equal("Stopped", (await up.StatusAsync("broker-1"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Status_tells_where_an_instance_is_and_what_it_uses()
    {
        await using var up = await RunningUp.BrokerAsync();

        var broker = await up.StatusAsync("broker-1");

        Assert.Equal("broker", broker["role"]!.GetValue<string>());
        Assert.Equal(up.Ports["broker"], broker["port"]!.GetValue<int>());
        Assert.True(Executable.IsAlive(broker["processId"]!.GetValue<int>()));
        Assert.InRange(broker["residentBytes"]!.GetValue<long>(), 10_000_000, 2_000_000_000);
        Assert.True(broker["cpuSeconds"]!.GetValue<double>() > 0);
        Assert.True(broker["uptimeSeconds"]!.GetValue<double>() > 0);
        Assert.True(File.Exists(broker["logFile"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_taken_port_is_refused_with_the_role_the_port_the_setting_and_the_holder()
    {
        using var directory = new TemporaryDirectory();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var answer = await Executable.RunAsync(directory.Data, "up", "--port-broker", port.ToString(CultureInfo.InvariantCulture));

        answer.Failed(ExitCodes.PortTaken, $"port {port} of broker");
        Assert.Contains("--port-broker", answer.Error, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"(process {Environment.ProcessId})", answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("broker")]
    [InlineData("payment-service")]
    [InlineData("dashboard")]
    public async Task A_role_alone_whose_port_is_taken_says_so_and_nothing_else(string role)
    {
        using var directory = new TemporaryDirectory();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var answer = await Executable.RunAsync(directory.Data, "run", role, "--port", port.ToString(CultureInfo.InvariantCulture));

        answer.Failed(ExitCodes.PortTaken, $"port {port} of {role}");
    }

    [Fact]
    public async Task A_broker_alone_on_data_that_another_has_open_says_so_and_nothing_else()
    {
        await using var up = await RunningUp.BrokerAsync();

        var answer = await up.RunAsync("run", "broker", "--port", "0");

        answer.Failed(ExitCodes.AlreadyRunning, up.Data);
    }

    [Fact]
    public async Task A_second_up_on_the_same_data_is_refused_with_the_process_that_has_it()
    {
        await using var up = await RunningUp.BrokerAsync();

        var answer = await up.RunAsync("up");

        answer.Failed(ExitCodes.AlreadyRunning, $"process {up.Process.Id}");
    }

    [Fact]
    public async Task Data_that_cannot_be_written_is_an_error_that_names_it()
    {
        using var directory = new TemporaryDirectory();
        // A file in the way is refused for everybody; file modes would not stop root.
        await File.WriteAllTextAsync(directory.Data, "", TestContext.Current.CancellationToken);

        (await Executable.RunAsync(directory.Data, "up")).Failed(ExitCodes.DataDirectory, directory.Data);
    }

    [Fact]
    public async Task Data_of_another_version_is_refused_and_left_alone()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Data);
        await File.WriteAllTextAsync(Path.Combine(directory.Data, "format"), "99", TestContext.Current.CancellationToken);

        (await Executable.RunAsync(directory.Data, "up")).Failed(ExitCodes.DataVersion, "format '99'");

        Assert.Equal("99", await File.ReadAllTextAsync(Path.Combine(directory.Data, "format"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_unreachable_kafka_is_an_error_before_anything_starts()
    {
        using var directory = new TemporaryDirectory();
        var nobody = $"127.0.0.1:{RunningUp.FreePorts(1)[0]}";
        string[] ports = [.. Roles.All.Zip(RunningUp.FreePorts(Roles.All.Count), (r, p) => $"--port-{r.Name}={p}")];

        (await Executable.RunAsync(directory.Data, ["up", "--bootstrap", nobody, .. ports])).Failed(ExitCodes.Unreachable, nobody);
    }

    [Fact]
    public async Task The_control_endpoint_wants_the_token_that_only_the_owner_can_read()
    {
        await using var up = await RunningUp.BrokerAsync();
        var file = Path.Combine(up.Data, "control.json");
        var url = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!["url"]!.GetValue<string>();

        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(url + "/instances/broker/kill"), content: null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.StartsWith("http://127.0.0.1:", url, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task The_control_endpoint_tells_every_change_of_an_instance_as_it_happens()
    {
        await using var up = await RunningUp.BrokerAsync();
        using var http = new HttpClient();
        var control = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(up.Data, "control.json"), TestContext.Current.CancellationToken))!;
        http.BaseAddress = new Uri(control["url"]!.GetValue<string>());
        http.DefaultRequestHeaders.Authorization = new("Bearer", control["token"]!.GetValue<string>());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Executable.Patience);
        await using var stream = await http.GetStreamAsync(new Uri("/events", UriKind.Relative), patience.Token);
        await using var events = System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        async Task<JsonNode> NextAsync(Func<JsonNode, bool> isAwaited)
        {
            while (await events.MoveNextAsync())
            {
                Assert.Equal("instance", events.Current.EventType);
                if (JsonNode.Parse(events.Current.Data) is { } instance && isAwaited(instance))
                {
                    return instance;
                }
            }

            throw new InvalidOperationException("the stream ended");
        }

        var before = await NextAsync(i => i["state"]!.GetValue<string>() == "Ready");
        Assert.False(before.AsObject().ContainsKey("lastExit"));

        Executable.Signal(before["processId"]!.GetValue<int>(), Kill);

        var crashed = await NextAsync(i => i["state"]!.GetValue<string>() == "Restarting");
        Assert.Equal(("signal 9", 137), (crashed["lastExit"]!["reason"]!.GetValue<string>(), crashed["lastExit"]!["code"]!.GetValue<int>()));
        var after = await NextAsync(i => i["state"]!.GetValue<string>() == "Ready");
        Assert.Equal(1, after["restarts"]!.GetValue<int>());
        Assert.True(after["since"]!.GetValue<DateTimeOffset>() > before["since"]!.GetValue<DateTimeOffset>());

        using var refused = await http.PostAsync(new Uri("/roles/broker/instances", UriKind.Relative), content: null, patience.Token);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        (await up.RunAsync("stop", "broker")).Succeeded();
        var stopped = await NextAsync(i => i["state"]!.GetValue<string>() == "Stopped");
        Assert.Equal("stopped", stopped["lastExit"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task One_more_of_a_role_can_be_started_and_its_end_is_told()
    {
        await using var up = await RunningUp.StartAsync(null, ["--fast", .. Roles.All.Where(r => !r.IsBroker && r.Name != "notification-service").Select(r => $"--no-{r.Name}")]);
        using var http = new HttpClient();
        var control = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(up.Data, "control.json"), TestContext.Current.CancellationToken))!;
        http.BaseAddress = new Uri(control["url"]!.GetValue<string>());
        http.DefaultRequestHeaders.Authorization = new("Bearer", control["token"]!.GetValue<string>());

        using var added = await http.PostAsync(new Uri("/roles/notification-service/instances", UriKind.Relative), content: null, TestContext.Current.CancellationToken);

        added.EnsureSuccessStatusCode();
        var second = JsonNode.Parse(await added.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray()
            .Single(i => i!["name"]!.GetValue<string>() == "notification-service-2")!;
        Assert.Equal("Ready", second["state"]!.GetValue<string>());
        using var own = new HttpClient();
        var journal = JsonNode.Parse(await own.GetStringAsync(new Uri(second["url"]!.GetValue<string>() + "/journal"), TestContext.Current.CancellationToken))!;
        Assert.Equal("notification-service-2", journal["instanceId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Reset_refuses_while_running_and_then_leaves_nothing()
    {
        var up = await RunningUp.BrokerAsync();
        using var directory = new TemporaryDirectory();
        await using (up)
        {
            (await up.RunAsync("reset", "--yes")).Failed(ExitCodes.AlreadyRunning, $"process {up.Process.Id}");
        }

        Directory.CreateDirectory(directory.Data);
        (await Executable.RunAsync(directory.Data, "reset", "--yes")).Failed(ExitCodes.Refused, "not a data directory");
        await File.WriteAllTextAsync(Path.Combine(directory.Data, "format"), "1", TestContext.Current.CancellationToken);
        (await Executable.RunAsync(directory.Data, "reset")).Failed(ExitCodes.Refused, "--yes");
        Assert.True(Directory.Exists(directory.Data));
        (await Executable.RunAsync(directory.Data, "reset", "--yes")).Succeeded();
        Assert.False(Directory.Exists(directory.Data));
    }
}
