namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// How often a live list is renewed. When rows come faster than anybody can read, every renewal replaces all of them, which costs a
/// tab hundreds of kilobytes a second and shows nothing; then it is renewed now and then, so that it can be read between.
/// </summary>
/// <param name="usually">While rows come one by one.</param>
/// <param name="busyAbove">Rows a second.</param>
internal sealed class ListPace(TimeSpan usually, double busyAbove)
{
    public static readonly TimeSpan WhenBusy = TimeSpan.FromSeconds(4);

    /// <summary>Over which rows are counted.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    public bool IsBusy { get; private set; }

    public TimeSpan Interval => IsBusy ? WhenBusy : usually;

    /// <param name="newestFirst">When each row came.</param>
    public void Measure(IEnumerable<DateTimeOffset> newestFirst, Moment moment)
    {
        var since = moment.Time - Window;
        var perSecond = newestFirst.TakeWhile(at => at > since).Count() / Window.TotalSeconds;
        // Lower on the way down, so that it does not change to and fro.
        IsBusy = moment.IsNow && perSecond > (IsBusy ? busyAbove * 0.8 : busyAbove);
    }
}
