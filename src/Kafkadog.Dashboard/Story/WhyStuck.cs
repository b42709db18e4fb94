using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;

namespace Kafkadog.Dashboard.Story;

/// <summary>Why an order has no outcome yet: for each missing event, who should write it and what that one is doing.</summary>
public static class WhyStuck
{
    public static IEnumerable<StuckReason> Of(Observed observed, StoryFacts facts, OrderFold fold, Moment moment)
    {
        if (facts.Outcome is not null)
        {
            yield break;
        }

        if (facts.Placed is not { } placed)
        {
            yield return new(
                "OrderPlaced", Topics.Orders, "api-gateway", "Gateway", NoMembers, Lag: null,
                OnlyAnswers,
                IsAlarming: false);
            yield break;
        }

        if (fold.Payment == PaymentStage.Pending)
        {
            yield return Reason(observed, facts, moment, "PaymentAuthorized or PaymentDeclined", Topics.Payments, Groups.Payment, placed);
        }

        if (fold.Inventory == InventoryStage.Pending)
        {
            yield return Reason(observed, facts, moment, "InventoryReserved or InventoryRejected", Topics.Inventory, Groups.Inventory, placed);
        }

        // The saga decides at the last answer, or at once when an answer is no.
        if ((fold.Payment != PaymentStage.Pending && fold.Inventory != InventoryStage.Pending)
            || fold.Payment == PaymentStage.Declined || fold.Inventory == InventoryStage.Rejected)
        {
            var last = facts.Records.Last(r => r.Topic is Topics.Payments or Topics.Inventory);
            yield return Reason(observed, facts, moment, "OrderCompleted or OrderCancelled", Topics.Outcomes, Groups.OrderSaga, last);
        }
    }

    private static readonly Equatable<string> OnlyAnswers =
        new(["Only answers to this order were seen. OrderPlaced is older than what is remembered here, or was never written."]);

    private static Equatable<StuckMember> NoMembers => Array.Empty<StuckMember>().ToEquatable();

    private static StuckReason Reason(
        Observed observed, StoryFacts facts, Moment moment, string missing, string topic, string group, ObservedRecord waitsOn)
    {
        var known = ShopMap.GroupOf(group);
        var membership = observed.Groups.Current(group, moment.At);
        var owner = membership?.OwnerOf(waitsOn.Place);
        var lags = observed.TapesOf(waitsOn.Topic).Select(t => observed.Lag(group, t.Place, moment.At)).ToList();
        var members = (membership?.Members ?? []).Select(m => new StuckMember(m.ClientId, m.Letter, MemberLetter.Colour(m.ClientId), m == owner)).ToEquatable();
        List<string> because = [];
        var isAlarming = Failure(facts, group, moment, because);
        isAlarming |= Instances(observed, known.Role, membership, owner, waitsOn.Place, because);
        foreach (var fault in observed.Faults.Where(f => f.Fault.IsActive && f.Instance.Role == known.Role))
        {
            because.Add($"A fault is switched on in {fault.Instance.Name}: {fault.Fault.Mode}.");
            isAlarming = true;
        }

        if (because.Count == 0)
        {
            because.Add(Progress(observed, group, waitsOn, moment));
        }

        return new(
            missing, topic, group, known.Title, members, lags.Count == 0 || lags.Contains(null) ? null : lags.Sum(), because.ToEquatable(), isAlarming);
    }

    private static bool Failure(StoryFacts facts, string group, Moment moment, List<string> because)
    {
        var failed = facts.Records.LastOrDefault(r => r.Failure?.Target == group);
        switch (failed?.Failure)
        {
            case { Kind: not null } letter:
                because.Add($"It gave up {StoryRecords.Attempts(letter)}: {Sentence(letter.Error)} The dead letter waits for somebody to look; the saga cancels the order at its deadline.");
                return true;
            case { DueAt: { } due } retry:
                because.Add(due > moment.Time
                    ? $"It failed: {Sentence(retry.Error)} Attempt {retry.Attempt} is planned in {Durations.Short(due - moment.Time)}."
                    : $"It failed: {Sentence(retry.Error)} Attempt {retry.Attempt} has been due for {Durations.Short(moment.Time - due)}.");
                return true;
            default:
                return false;
        }
    }

    private static bool Instances(Observed observed, string? role, Membership? membership, Member? owner, Place place, List<string> because)
    {
        var isAlarming = false;
        foreach (var instance in observed.Instances.Where(i => i.Role == role && i.State is not ShopInstanceState.Ready))
        {
            var owns = owner?.ClientId == instance.Name ? $" and owns {place}: until its session times out nobody else reads it" : "";
            because.Add($"{instance.Name} is {Word(instance.State)}{owns}.");
            isAlarming = true;
        }

        if (membership is null or { IsEmpty: true })
        {
            because.Add("Nobody is in its group: no instance reads for it.");
            return true;
        }

        if (owner is null)
        {
            because.Add($"Nobody in its group owns {place} right now.");
            return true;
        }

        return isAlarming;
    }

    private static string Progress(Observed observed, string group, ObservedRecord waitsOn, Moment moment) =>
        observed.Commits.Committed(group, waitsOn.Place, moment.At) switch
        {
            null => $"It has not committed anything in {waitsOn.Place} yet.",
            { } committed when committed > waitsOn.Offset => $"It is past {waitsOn.Type}; its answer should be on the way through its outbox.",
            { } committed when committed < waitsOn.Offset => $"{waitsOn.Offset - committed} records are before {waitsOn.Type} in {waitsOn.Place}.",
            _ => $"It is at {waitsOn.Type}, and working or about to.",
        };

    private static string Sentence(string error) => Visible.Line(error) is var shown && shown is [.., '.' or '!' or '?'] ? shown : shown + ".";

    private static string Word(ShopInstanceState state) => state switch
    {
        ShopInstanceState.Silent => "not answering",
        _ => state.ToString().ToLowerInvariant(),
    };
}

/// <param name="Missing">The events one of which has to come.</param>
/// <param name="Lag">Of the group in the topic it reads; null when it is not known.</param>
/// <param name="IsAlarming">Something is wrong, and it does not only take time.</param>
public sealed record StuckReason(
    string Missing, string Topic, string Group, string GroupTitle, Equatable<StuckMember> Members, long? Lag, Equatable<string> Because, bool IsAlarming);

/// <param name="IsOwner">It reads the partition this order is in.</param>
public sealed record StuckMember(string Name, string Letter, int Colour, bool IsOwner);
