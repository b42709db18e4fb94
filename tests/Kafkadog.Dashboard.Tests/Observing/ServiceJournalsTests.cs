using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.CreateOrder;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class ServiceJournalsTests
{
    [Fact]
    public async Task Journal_is_read_from_its_beginning_and_then_on_from_where_it_was()
    {
        using var gateway = new FakeGateway();
        using var http = new HttpClient(gateway);
        var observation = new Observation(Options.Create(new DashboardOptions()), TimeProvider.System);
        observation.Write(o => o.SetInstances([new("payment-service-1", "payment-service", 1, FakeGateway.Url, ShopInstanceState.Ready)], observation.Now));
        using var updates = new LiveUpdates(observation, TimeProvider.System);
        using var watching = updates.Subscribe(() => { });
        using var journals = new ServiceJournals(new ServiceApi(http), observation, updates, TimeProvider.System, NullLogger<ServiceJournals>.Instance);
        var readOn = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Answer = path =>
        {
            if (path.Contains("start=s1", StringComparison.Ordinal))
            {
                readOn.TrySetResult(path);
                return Task.FromResult((200, """{"start":"s1","service":"payment-service","instanceId":"payment-service-1","oldest":1,"latest":7,"entries":[]}"""));
            }

            // A service binds it to a GUID: an empty one is refused.
            return Task.FromResult(path.Contains("start=", StringComparison.Ordinal)
                ? (400, """{"title":"Bad Request"}""")
                : (200, """{"start":"s1","service":"payment-service","instanceId":"payment-service-1","oldest":1,"latest":7,"entries":[{"sequence":7,"kind":"delivery","at":"2026-03-01T12:00:00Z","instanceId":"payment-service-1","group":"g","topic":"orders.v1","partition":1,"offset":2,"key":"k","result":"ok"}]}"""));
        };

        await journals.StartAsync(TestContext.Current.CancellationToken);
        var path = await readOn.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await journals.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("after=7&", path);
        Assert.Single(observation.Read(o => o.Deliveries.OfKey("k")));
    }
}
