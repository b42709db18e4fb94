using Kafkadog.Contracts;
using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.DeadLetters;

/// <summary>What tells the page that dlq-worker may answer something else than before.</summary>
/// <param name="Progress">Of the group that indexes the letters and the attempts before them.</param>
/// <param name="Written">The end of the dead-letter topic.</param>
/// <param name="IsNow">False while an earlier moment is looked at, of which dlq-worker knows nothing.</param>
public sealed record DeadLettersView(ServicePlace Service, GroupProgress Progress, long Written, bool IsNow)
{
    public static DeadLettersView Of(Observed observed, Moment moment) => new(
        ServicePlace.Of(observed, "dlq-worker"),
        GroupProgress.Of(observed, moment, Groups.DeadLetterIndexer, Topics.DeadLetters, Topics.Retry),
        observed.TapesOf(Topics.DeadLetters).Sum(t => moment.At is { } at ? t.EndAt(at) : t.End),
        moment.IsNow);

    public object Reason => (Service, Progress.Committed, Written);
}
