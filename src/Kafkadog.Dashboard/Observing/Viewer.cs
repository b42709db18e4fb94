namespace Kafkadog.Dashboard.Observing;

/// <summary>One browser tab: what moment it looks at, and whether anybody sees it.</summary>
public sealed class Viewer
{
    private bool isShown = true;
    private bool isConnected = true;

    /// <summary>The moment shown; null is now. Paused and looking back are the same thing: the page stands at a moment.</summary>
    public DateTimeOffset? At { get; private set; }

    public bool IsLive => At is null;

    /// <summary>False while the tab is hidden or its connection is down: nothing is sent then.</summary>
    public bool IsVisible => isShown && isConnected;

    public event Action? Changed;

    public void LookAt(DateTimeOffset? moment)
    {
        if (At != moment)
        {
            At = moment;
            Changed?.Invoke();
        }
    }

    public void SetVisible(bool isVisible) => Set(isVisible, isConnected);

    public void SetConnected(bool connected) => Set(isShown, connected);

    private void Set(bool shown, bool connected)
    {
        var before = IsVisible;
        (isShown, isConnected) = (shown, connected);
        if (before != IsVisible)
        {
            Changed?.Invoke();
        }
    }
}
