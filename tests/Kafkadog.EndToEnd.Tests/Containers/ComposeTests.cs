using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kafkadog.Broker.Tests.Clients;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Kafkadog.EndToEnd.Tests.Containers;

/// <summary>
/// What compose.yaml says, done without containers: each of its commands with exactly its environment, against Apache
/// Kafka; only host names and ports are those of this machine.
/// </summary>
public sealed class ComposeTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Executable.Path)!, "..", "..", "..", ".."));

    [Fact]
    public void Every_role_is_a_service_and_only_what_a_person_needs_has_a_port()
    {
        var services = Services();

        Assert.Equal(
            Roles.All.Where(r => !r.IsBroker).Select(r => r.Name).Order(StringComparer.Ordinal),
            services.Where(s => s.Command is ["run", ..]).Select(s => s.Command[1]).Order(StringComparer.Ordinal));
        Assert.Equal(["api-gateway", "dashboard", "kafka"], services.Where(s => s.Has("ports")).Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(services, s => s.Has("container_name"));
    }

    [Fact]
    public async Task The_commands_of_compose_run_the_shop_on_apache_kafka()
    {
        await using var kafka = await ApacheKafkaProcess.StartOrSkipAsync();
        using var directory = new TemporaryDirectory();
        var services = Services();
        var ports = services.Where(s => s.Environment.ContainsKey("PORT")).Zip(RunningUp.FreePorts(16))
            .ToDictionary(p => p.First.Name, p => (p.First.Environment["PORT"], p.Second.ToString(CultureInfo.InvariantCulture)), StringComparer.Ordinal);

        string OnThisMachine(string value) => ports.Aggregate(
            value.Replace("kafka:19092", kafka.Bootstrap, StringComparison.Ordinal),
            (text, port) => text.Replace($"{port.Key}:{port.Value.Item1}", $"127.0.0.1:{port.Value.Item2}", StringComparison.Ordinal));

        Process Start(Service service)
        {
            var start = Executable.Start(Path.Combine(directory.Path, service.Name), [.. service.Command]);
            foreach (var (key, value) in service.Environment)
            {
                start.Environment[key] = key == "PORT" ? ports[service.Name].Item2 : OnThisMachine(value);
            }

            return Process.Start(start)!;
        }

        using (var topics = Start(services.Single(s => s.Name == "topics")))
        {
            var said = topics.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await topics.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Executable.Patience, TestContext.Current.CancellationToken);
            Assert.True(topics.ExitCode == 0, await said);
        }

        var running = services.Where(s => s.Command is ["run", ..]).Select(Start).ToList();
        try
        {
            running.ForEach(p =>
            {
                // Read, so that no child waits for a full pipe.
                p.BeginOutputReadLine();
                p.BeginErrorReadLine();
            });
            using var http = new HttpClient();
            foreach (var (_, port) in ports.Values)
            {
                await UntilReadyAsync(http, port);
            }

            var gateway = "http://127.0.0.1:" + ports["api-gateway"].Item2;
            var order = new Kafkadog.Commands.OrderGenerator(seed: 7).Next();
            using var placed = await http.PostAsJsonAsync(new Uri(gateway + "/orders"), order, TestContext.Current.CancellationToken);
            Assert.Equal(201, (int)placed.StatusCode);
            var orderId = (await placed.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["orderId"]!.GetValue<string>();
            var settled = await http.GetFromJsonAsync<JsonObject>(
                new Uri($"{gateway}/orders/{orderId}?waitFor=outcome&timeoutMs=30000"), TestContext.Current.CancellationToken);
            Assert.Contains(settled!["status"]!.GetValue<string>(), new[] { "COMPLETED", "CANCELLED" });
            var health = await http.GetFromJsonAsync<JsonObject>(new Uri(gateway + "/health/services"), TestContext.Current.CancellationToken);
            Assert.Equal("ok", health!["status"]!.GetValue<string>());
        }
        finally
        {
            foreach (var process in running)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
        }
    }

    private static async Task UntilReadyAsync(HttpClient http, string port)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), TestContext.Current.CancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < Executable.Patience)
            {
                // Not listening yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Executable.Patience, $"nothing ready on port {port}");
        }
    }

    private static List<Service> Services()
    {
        using var text = File.OpenText(Path.Combine(Repository, "compose.yaml"));
        var compose = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
        var services = (Dictionary<object, object>)compose["services"];
        return [.. services.Select(s => new Service((string)s.Key, (Dictionary<object, object>)s.Value))];
    }

    private sealed record Service(string Name, Dictionary<object, object> Settings)
    {
        public IReadOnlyList<string> Command => Has("command") ? [.. ((List<object>)Settings["command"]).Cast<string>()] : [];

        public IReadOnlyDictionary<string, string> Environment => Has("environment")
            ? ((Dictionary<object, object>)Settings["environment"]).ToDictionary(e => (string)e.Key, e => (string)e.Value, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);

        public bool Has(string setting) => Settings.ContainsKey(setting);
    }
}
