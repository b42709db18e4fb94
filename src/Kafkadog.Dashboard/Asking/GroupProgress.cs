using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Asking;

/// <summary>How far a group has come in some topics: what a service counted is as new as that.</summary>
/// <param name="Committed">The sum of the committed offsets; it grows when the group has handled more.</param>
/// <param name="Lag">Records it has yet to handle.</param>
public sealed record GroupProgress(string Group, long Committed, long Lag)
{
    public static GroupProgress Of(Observed observed, Moment moment, string group, params IEnumerable<string> topics)
    {
        var (committed, lag) = (0L, 0L);
        foreach (var tape in topics.SelectMany(observed.TapesOf))
        {
            committed += observed.Commits.Committed(group, tape.Place, moment.At) ?? 0;
            lag += observed.Lag(group, tape.Place, moment.At) ?? 0;
        }

        return new(group, committed, lag);
    }
}
