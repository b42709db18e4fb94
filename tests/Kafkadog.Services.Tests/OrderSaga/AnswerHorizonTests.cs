using System.Diagnostics;
using Confluent.Kafka;
using Kafkadog.Broker;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.OrderSaga;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Tests.OrderSaga;

public class AnswerHorizonTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A client that has asked for offsets once is refused ever after: the broker that started anew leads under a newer epoch.</summary>
    [Fact]
    public async Task A_broker_that_was_started_anew_is_asked_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        var data = Directory.CreateTempSubdirectory("kafkadog-horizon-");
        try
        {
            await using var broker = await KafkaBroker.StartAsync(
                new() { Port = 0, DataDirectory = data.FullName, Topics = [.. Topics.All.Select(t => new TopicOptions(t.Name, t.Partitions))] }, cancel);
            using var horizon = new KafkaAnswerHorizon(Options.Create(new MessagingOptions { BootstrapServers = broker.BootstrapServers, ClientId = "horizon" }));
            Assert.All((await horizon.EndAsync(cancel)).Values, end => Assert.Equal(0, end));

            await broker.RestartAsync(cancel);

            // The first questions may still meet the connection that is gone.
            IReadOnlyDictionary<(string Topic, int Partition), long>? end = null;
            for (var began = Stopwatch.StartNew(); end is null && began.Elapsed < Patience;)
            {
                end = await AskAsync(horizon, cancel);
            }

            Assert.NotNull(end);
            Assert.All(end.Values, offset => Assert.Equal(0, offset));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyDictionary<(string Topic, int Partition), long>?> AskAsync(KafkaAnswerHorizon horizon, CancellationToken cancel)
    {
        try
        {
            return await horizon.EndAsync(cancel);
        }
        catch (KafkaException)
        {
            return null;
        }
    }
}
