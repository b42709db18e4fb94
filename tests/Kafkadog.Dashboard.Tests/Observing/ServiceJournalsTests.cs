using System.Net;
using System.Net.Http.Json;
using Kafkadog.Dashboard.Observing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class ServiceJournalsTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 14, 0, 0, TimeSpan.Zero));
    private readonly Journal journal = new();

    [Fact]
    public async Task The_first_question_names_no_start_and_the_next_goes_on_behind_it()
    {
        var cancelled = TestContext.Current.CancellationToken;
        Observation observation = new(Options.Create(new DashboardOptions()), time);
        observation.Write(o => o.SetInstances([new("payment-service-1", "payment-service", 1, "http://127.0.0.1:26601", ShopInstanceState.Ready)], observation.Now));
        using LiveUpdates updates = new(observation, time);
        using ServiceJournals journals = new(new ServiceApi(new HttpClient(journal)), observation, updates, time);

        await journals.StartAsync(cancelled);
        Assert.Equal("/journal?after=0&limit=1000", await journal.Asked.Reader.ReadAsync(cancelled));
        string next;
        do
        {
            time.Advance(TimeSpan.FromSeconds(5));
        }
        while (!journal.Asked.Reader.TryRead(out next!));
        await journals.StopAsync(cancelled);

        Assert.Equal("/journal?after=41&start=3f1c&limit=1000", next);
        Assert.Single(observation.Read(o => o.Deliveries.Rebalances));
    }

    public void Dispose() => journal.Dispose();

    private sealed class Journal : HttpMessageHandler
    {
        public System.Threading.Channels.Channel<string> Asked { get; } = System.Threading.Channels.Channel.CreateUnbounded<string>();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isFirst = !request.RequestUri!.Query.Contains("start", StringComparison.Ordinal);
            Asked.Writer.TryWrite(request.RequestUri.PathAndQuery);
            JournalPage page = new("3f1c", "payment-service", "payment-service-1", 1, 41, isFirst ? [new(41, "assigned", DateTimeOffset.UnixEpoch, "payment-service-1", "g")] : []);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(page, options: ServiceApi.Json) });
        }
    }
}
