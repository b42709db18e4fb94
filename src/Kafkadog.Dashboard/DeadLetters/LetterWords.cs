using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.DeadLetters;

/// <summary>What the words of a dead letter mean.</summary>
internal static class LetterWords
{
    public static IReadOnlyList<string> Statuses { get; } = ["OPEN", "REDRIVEN", "FAILED_AGAIN"];

    public static IReadOnlyList<string> Kinds { get; } = ["poison", "permanent", "exhausted"];

    public static (ChipKind Chip, string Word) OfStatus(string status) => status switch
    {
        "OPEN" => (ChipKind.Bad, "open"),
        "REDRIVEN" => (ChipKind.Work, "sent back"),
        "FAILED_AGAIN" => (ChipKind.Bad, "failed again"),
        "RESOLVED" => (ChipKind.Ok, "resolved"),
        "DISCARDED" => (ChipKind.Mute, "discarded"),
        _ => (ChipKind.Mute, Visible.Line(status, 20)),
    };

    public static string OfKind(string kind) => kind switch
    {
        "poison" => "The record could not be read as an event at all. Trying again would change nothing.",
        "permanent" => "The event was read, but handling it failed in a way that no other attempt repairs.",
        "exhausted" => "Handling failed for a reason that might have passed, and did not pass in all the attempts allowed.",
        _ => "The record does not say why.",
    };

    public static string OfStep(LetterStep step) => step.What switch
    {
        "retry-scheduled" => $"Failed; attempt {step.Attempt} was put on the retry topic",
        "dead-lettered" when step.Attempt == 0 => "Put aside as a dead letter at once",
        "dead-lettered" => $"Put aside as a dead letter after delayed attempt {step.Attempt}",
        _ => Visible.Line(step.What, 40),
    };
}
