using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Components;

/// <summary>What a panel without content says by the state of Kafka: waiting, not made yet, and broken are not the same emptiness.</summary>
internal static class KafkaStates
{
    extension(KafkaStatus kafka)
    {
        /// <param name="whenUp">Why there is nothing although Kafka answers.</param>
        public PanelState StateOfNothing(PanelState whenUp) => kafka switch
        {
            { IsUp: true } => whenUp,
            { State: KafkaState.WaitingForTopics } => PanelState.Empty("The shop's topics are not there yet. They are made when the services start."),
            { State: KafkaState.Connecting, Problem: null } => PanelState.Loading,
            _ => PanelState.Error(kafka.Problem ?? "Kafka does not answer.", "Is the broker running? `kafkadog up` starts it; this page goes on by itself when it is back."),
        };
    }
}
