namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// The beat of one browser tab. On each word of <see cref="LiveUpdates"/> it has every live component that is due make its view,
/// and renders those whose view changed together: one batch, one frame on the wire, however many components the page has.
/// </summary>
public sealed class Pulse(LiveUpdates updates, Viewer viewer)
{
    private readonly Lock gate = new();
    private readonly List<ILiveView> views = [];
    private IDisposable? subscription;
    private bool isQueued;

    /// <summary>How renders are brought into one batch; each is one of its own where nobody can.</summary>
    internal Action<Action> Batch { get; set; } = static render => render();

    /// <summary>Call on the component's dispatcher.</summary>
    public IDisposable Join(ILiveView view)
    {
        lock (gate)
        {
            views.Add(view);
            if (subscription is null)
            {
                subscription = updates.Subscribe(OnTick);
                viewer.Changed += OnTick;
            }
        }

        return new Membership(this, view);
    }

    private void OnTick()
    {
        ILiveView speaker;
        lock (gate)
        {
            if (isQueued || !viewer.IsVisible || views.Find(v => v.IsDue) is not { } due)
            {
                return;
            }

            (speaker, isQueued) = (due, true);
        }

        _ = speaker.InvokeAsync(BeatAsync);
    }

    private async Task BeatAsync()
    {
        List<ILiveView> due;
        lock (gate)
        {
            isQueued = false;
            due = views.FindAll(v => v.IsDue);
        }

        var changed = due.FindAll(v => v.Renew());
        var rendered = changed.FindAll(v => v.NeedsRender());
        if (rendered.Count > 0)
        {
            Batch(() => rendered.ForEach(v => v.Show()));
        }

        await Task.WhenAll(changed.Select(v => v.FollowAsync()));
    }

    private void Leave(ILiveView view)
    {
        lock (gate)
        {
            views.Remove(view);
            if (views.Count == 0)
            {
                subscription?.Dispose();
                subscription = null;
                viewer.Changed -= OnTick;
            }
        }
    }

    private sealed class Membership(Pulse pulse, ILiveView view) : IDisposable
    {
        public void Dispose() => pulse.Leave(view);
    }
}

/// <summary>A live component, as <see cref="Pulse"/> sees it. All but <see cref="IsDue"/> are called on the component's dispatcher.</summary>
public interface ILiveView
{
    /// <summary>Something may have changed since its view was made, and that is long enough ago. Called on any thread.</summary>
    bool IsDue { get; }

    Task InvokeAsync(Func<Task> workItem);

    /// <summary>Makes the view anew; false when it is the same. Throws nothing: what fails goes to the component's error boundary.</summary>
    bool Renew();

    /// <summary>False when the new view is drawn by other means than rendering.</summary>
    bool NeedsRender();

    void Show();

    /// <summary>What there is to do once the new view is in place. Throws nothing either.</summary>
    Task FollowAsync();
}
