using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// A component that shows a view of what is observed. The view is made under the lock, compared with the one on screen, and
/// rendered only when it differs; never more often than <see cref="Interval"/>.
/// </summary>
/// <typeparam name="TView">A record, so that equal views compare equal; lists in it through <see cref="Equatable{T}"/>.</typeparam>
public abstract class LiveComponent<TView> : ComponentBase, IDisposable
    where TView : class
{
    private IDisposable? subscription;
    private DateTimeOffset lastMade;
    private long lastVersion = -1;
    private DateTimeOffset? madeFor;
    private bool isQueued;

    [Inject]
    public Observation Observation { get; set; } = null!;

    [Inject]
    public LiveUpdates Updates { get; set; } = null!;

    [Inject]
    public Viewer Viewer { get; set; } = null!;

    /// <summary>What is shown; null before the first one was made.</summary>
    public TView? View { get; private set; }

    /// <summary>Counters and tiles twice a second; journals and flows override it with <see cref="LiveUpdates.ShortestPause"/>.</summary>
    protected virtual TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    /// <summary>Views that tell ages change without any event; others need no tick when nothing happened.</summary>
    protected virtual bool ShowsAges => false;

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
            subscription = Updates.Subscribe(OnTick);
            Viewer.Changed += OnTick;
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
            subscription?.Dispose();
            Viewer.Changed -= OnTick;
        }
    }

    /// <summary>Makes the view anew, for instance after an own filter changed.</summary>
    protected bool Make()
    {
        lastMade = Observation.Now;
        lastVersion = Observation.Version;
        madeFor = Viewer.At;
        var moment = madeFor is { } at ? new Moment(at, IsNow: false) : new Moment(lastMade, IsNow: true);
        var next = Observation.Read(o => MakeView(o, moment));
        if (next.Equals(View))
        {
            return false;
        }

        View = next;
        return true;
    }

    private void OnTick()
    {
        // Half the shortest pause of slack, or a view due every 100 ms would be made every 200.
        var isDue = Observation.Now - lastMade >= Interval - (LiveUpdates.ShortestPause / 2) || madeFor != Viewer.At;
        if (!Viewer.IsVisible || isQueued || !isDue || (Observation.Version == lastVersion && !ShowsAges && madeFor == Viewer.At))
        {
            return;
        }

        isQueued = true;
        _ = InvokeAsync(async () =>
        {
            isQueued = false;
            try
            {
                if (Make())
                {
                    if (NeedsRender())
                    {
                        StateHasChanged();
                    }

                    await OnViewAsync();
                }
            }
            catch (Exception e)
            {
                await DispatchExceptionAsync(e);
            }
        });
    }
}
