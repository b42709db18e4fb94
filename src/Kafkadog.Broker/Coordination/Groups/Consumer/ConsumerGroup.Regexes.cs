namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>
/// Topics that members find by a regular expression. The coordinator keeps what each expression found; it looks again when there are other
/// topics, at most every ten seconds, and once in a while in any case, because what a member may see can change.
/// </summary>
internal sealed partial class ConsumerGroup
{
    private const long LeastRefreshIntervalMs = 10_000;

    private readonly Dictionary<string, ResolvedRegex> _regexes = new(StringComparer.Ordinal);

    /// <summary>Topics of which version they were resolved against; -1 after a start, when versions count anew.</summary>
    private long _regexTopicsSeen = -1;
    private long _nextRegexRefresh = long.MinValue;
    private long _regexesOutOfDate = long.MinValue;

    /// <returns>True when an expression that was there before finds other topics now.</returns>
    private bool ResolveRegexes(Predicate<string> maySee, GroupTime now, GroupEffects effects)
    {
        var expressions = _members.Values.Where(m => m.Metadata.HasRegex).Select(m => m.Metadata.TopicRegex!).ToHashSet(StringComparer.Ordinal);
        if (expressions.Count == 0) return false;

        var isDue = (_regexTopicsSeen != environment.Topics.Version && now.Monotonic >= _nextRegexRefresh) || now.Monotonic >= _regexesOutOfDate;
        if (isDue)
        {
            _regexTopicsSeen = environment.Topics.Version;
            _nextRegexRefresh = now.Monotonic + LeastRefreshIntervalMs;
            _regexesOutOfDate = now.Monotonic + (long)environment.Options.ConsumerRegexRefreshInterval.TotalMilliseconds;
        }
        else if (expressions.All(_regexes.ContainsKey))
        {
            return false;
        }

        var changed = false;
        foreach (var expression in expressions)
        {
            var known = _regexes.GetValueOrDefault(expression);
            if (known is not null && !isDue) continue;
            var topics = Find(expression, maySee);
            if (known is not null && known.Topics.SetEquals(topics)) continue;
            var resolved = new ResolvedRegex(topics, environment.Topics.Version, now.Unix);
            _regexes[expression] = resolved;
            effects.Write(ConsumerGroupRecords.Regex(GroupId, expression, resolved));
            changed |= known is not null;
        }

        return changed;
    }

    private HashSet<string> Find(string expression, Predicate<string> maySee)
    {
        // It was checked when it came; one that an older or newer broker has taken and we cannot finds nothing.
        if (!SubscriptionPattern.TryParse(expression, out var pattern, out _)) return [];
        return environment.Topics.All.Select(topic => topic.Name).Where(name => pattern.Matches(name) && maySee(name)).ToHashSet(StringComparer.Ordinal);
    }

    private void ForgetUnusedRegexes(GroupEffects effects)
    {
        foreach (var expression in _regexes.Keys.Where(e => !_members.Values.Any(m => string.Equals(m.Metadata.TopicRegex, e, StringComparison.Ordinal))).ToList())
        {
            _regexes.Remove(expression);
            effects.Write(ConsumerGroupRecords.RegexTombstone(GroupId, expression));
        }
    }
}
