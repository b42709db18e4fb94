namespace Kafkadog.Supervision;

/// <summary>
/// How long a crashed child waits before it starts again: twice as long after each crash, from the start again once it
/// has run for <see cref="StableAfter"/>.
/// </summary>
internal sealed class RestartPolicy
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(20);

    private int crashesInARow;

    /// <param name="uptime">How long the child ran before it crashed.</param>
    public TimeSpan NextDelay(TimeSpan uptime)
    {
        crashesInARow = uptime >= StableAfter ? 0 : crashesInARow;
        var doublings = Math.Min(crashesInARow++, 16);
        return TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << doublings));
    }
}
