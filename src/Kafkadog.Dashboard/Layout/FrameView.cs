using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Layout;

/// <summary>What the frame around every page tells.</summary>
public sealed record FrameView(TopBarFact Broker, TopBarFact? Instances, string? Trouble, DateTimeOffset? TroubleSince, int Orders, int InstanceCount, int DeadLetters)
{
    public static FrameView Of(Observed observed, string brokers) => new(
        BrokerFact(observed.Kafka, brokers),
        InstancesFact(observed),
        Explain(observed.Kafka, brokers),
        observed.Kafka.State == KafkaState.Down ? observed.Kafka.Since : null,
        observed.Orders.Count,
        observed.Instances.Count,
        observed.TapesOf(Contracts.Topics.DeadLetters).Sum(t => t.Records.Count));

    private static TopBarFact BrokerFact(KafkaStatus kafka, string brokers) => kafka.State switch
    {
        KafkaState.Up => new(ChipKind.Ok, "broker", $"on {brokers}"),
        KafkaState.Connecting => new(ChipKind.Work, "connecting", $"to {brokers}"),
        KafkaState.WaitingForTopics => new(ChipKind.Work, "waiting for topics"),
        _ => new(ChipKind.Bad, "broker does not answer"),
    };

    private static TopBarFact? InstancesFact(Observed observed)
    {
        if (observed.InstancesProblem is not null)
        {
            return new(ChipKind.Mute, "instances unknown");
        }

        var ready = observed.Instances.Count(i => i.State == ShopInstanceState.Ready);
        return observed.Instances.Count == 0
            ? null
            : new(ready == observed.Instances.Count ? ChipKind.Ok : ChipKind.Warn, $"{ready} of {observed.Instances.Count} instances");
    }

    private static string? Explain(KafkaStatus kafka, string brokers) => kafka.State switch
    {
        KafkaState.Down => $"Kafka on {brokers} does not answer ({kafka.Problem}). What you see is the last that was known. Producers wait, consumers stand still, nothing is lost; the dashboard tries again every second and goes on by itself.",
        KafkaState.WaitingForTopics => $"Kafka on {brokers} answers, but the shop's topics are not there yet. They are made when the services start; this page goes on by itself.",
        KafkaState.Connecting when kafka.Problem is not null => $"Kafka on {brokers} cannot be reached ({kafka.Problem}). Start it with `kafkadog up`; this page goes on by itself.",
        _ => null,
    };
}
