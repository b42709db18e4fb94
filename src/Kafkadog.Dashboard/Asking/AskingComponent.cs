using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Asking;

/// <summary>
/// A live component that asks a service for what the log alone does not tell: anew whenever something observed says that the
/// answer may be another one, and not while the page stands at an earlier moment, of which no service knows.
/// </summary>
public abstract class AskingComponent<TView> : LiveComponent<TView>
    where TView : class
{
    public static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private Refresher? refresher;
    private object? askedFor;
    private object? question;
    private bool hasAsked;

    [Inject]
    public ServiceApi Api { get; set; } = null!;

    [Inject]
    public TimeProvider Time { get; set; } = null!;

    [Inject]
    public NavigationManager Navigation { get; set; } = null!;

    /// <summary>What is asked, by the page's address: when it changes, the answer to the old one is not waited for.</summary>
    protected abstract object Question { get; }

    /// <summary>What the answer depends on: when it changes, the service is asked again.</summary>
    protected abstract object Reason(TView view);

    protected abstract Task AskAsync(TView view, CancellationToken cancellationToken);

    public override Task OnViewAsync()
    {
        if (View is { } view && !Reason(view).Equals(askedFor))
        {
            refresher?.AskSoon();
        }

        return Task.CompletedTask;
    }

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        if (!Question.Equals(question))
        {
            (question, hasAsked) = (Question, false);
            refresher?.AskNow();
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (firstRender)
        {
            refresher = new Refresher(AskOnceAsync, Pause, AtLatest, Time);
            _ = RunAsync(refresher);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            refresher?.Dispose();
        }

        base.Dispose(disposing);
    }

    protected void AskNow() => refresher?.AskNow();

    private async Task RunAsync(Refresher running)
    {
        try
        {
            await running.RunAsync();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task AskOnceAsync(CancellationToken cancellationToken)
    {
        if (View is not { } view || !Viewer.IsVisible || (hasAsked && !Viewer.IsLive))
        {
            return;
        }

        askedFor = Reason(view);
        await AskAsync(view, cancellationToken);
        hasAsked = true;
        StateHasChanged();
    }
}
