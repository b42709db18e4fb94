using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// A component that shows a view of what is observed. The view is made under the lock, compared with the one on screen, and
/// rendered only when it differs; never more often than <see cref="Interval"/>.
/// </summary>
/// <typeparam name="TView">A record, so that equal views compare equal; lists in it through <see cref="Equatable{T}"/>.</typeparam>
public abstract class LiveComponent<TView> : ComponentBase, ILiveView, IDisposable
    where TView : class
{
    private IDisposable? membership;
    private long lastMadeTicks; // read on other threads, and so a value that is read at once
    private long lastVersion = -1;
    private DateTimeOffset? madeFor;

    [Inject]
    public Observation Observation { get; set; } = null!;

    [Inject]
    public Pulse Pulse { get; set; } = null!;

    [Inject]
    public Viewer Viewer { get; set; } = null!;

    /// <summary>What is shown; null before the first one was made.</summary>
    public TView? View { get; private set; }

    /// <summary>
    /// Counters and tiles twice a second; journals and flows override it with <see cref="LiveUpdates.ShortestPause"/>. Equal
    /// intervals begin at the same moments, so that components with the same one are rendered together.
    /// </summary>
    protected virtual TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    /// <summary>Views that tell ages change without any event; others need no tick when nothing happened.</summary>
    protected virtual bool ShowsAges => false;

    bool ILiveView.IsDue =>
        madeFor != Viewer.At
        || ((Observation.Version != lastVersion || ShowsAges)
            && (Interval <= LiveUpdates.ShortestPause || Observation.Now.Ticks / Interval.Ticks != lastMadeTicks / Interval.Ticks));

    /// <summary>Pure, quick, and on a copy: nothing of <paramref name="observed"/> may be kept.</summary>
    public abstract TView MakeView(Observed observed, Moment moment);

    /// <summary>False when the new view is drawn by other means than rendering.</summary>
    protected virtual bool NeedsRender() => true;

    /// <summary>After a new view is in place.</summary>
    public virtual Task OnViewAsync() => Task.CompletedTask;

    protected override void OnParametersSet() => Make();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            membership = Pulse.Join(this);
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            membership?.Dispose();
        }
    }

    /// <summary>Makes the view anew, for instance after an own filter changed.</summary>
    protected bool Make()
    {
        var now = Observation.Now;
        lastMadeTicks = now.Ticks;
        lastVersion = Observation.Version;
        madeFor = Viewer.At;
        var moment = madeFor is { } at ? new Moment(at, IsNow: false) : new Moment(now, IsNow: true);
        var next = Observation.Read(o => MakeView(o, moment));
        if (next.Equals(View))
        {
            return false;
        }

        View = next;
        return true;
    }

    Task ILiveView.InvokeAsync(Func<Task> workItem) => InvokeAsync(workItem);

    bool ILiveView.Renew()
    {
        try
        {
            return Make();
        }
        catch (Exception e)
        {
            _ = DispatchExceptionAsync(e);
            return false;
        }
    }

    bool ILiveView.NeedsRender() => NeedsRender();

    void ILiveView.Show() => StateHasChanged();

    async Task ILiveView.FollowAsync()
    {
        try
        {
            await OnViewAsync();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }
}
