using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

internal static class InstanceWords
{
    public static (ChipKind Kind, string Word, string Meaning) Of(ShopInstanceState state) => state switch
    {
        ShopInstanceState.Starting => (ChipKind.Work, "starting", "The process runs and does not answer yet."),
        ShopInstanceState.Ready => (ChipKind.Ok, "ready", "It answers and works."),
        ShopInstanceState.Restarting => (ChipKind.Warn, "restarting", "It ended by itself and is started again in a moment, later after each crash."),
        ShopInstanceState.Frozen => (ChipKind.Warn, "frozen", "SIGSTOP: the process exists and does nothing. Kafka notices by its missing heartbeats."),
        ShopInstanceState.Stopping => (ChipKind.Work, "stopping", "It was asked to end, and finishes what it has in hand."),
        ShopInstanceState.Stopped => (ChipKind.Mute, "stopped", "It ended when it was asked to, and stays down."),
        ShopInstanceState.Killed => (ChipKind.Bad, "killed", "SIGKILL, and left down so that its absence can be studied."),
        _ => (ChipKind.Bad, "no answer", "It does not answer, and nobody can say why."),
    };
}
