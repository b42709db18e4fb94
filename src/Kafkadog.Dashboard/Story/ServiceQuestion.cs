using System.Net;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Story;

/// <summary>Asks one service about one order, again and again until the answer is final. Ends with the component.</summary>
public abstract class ServiceQuestion<T> : ComponentBase, IDisposable
    where T : class
{
    private CancellationTokenSource? asking;
    private object? askedAbout;

    [Parameter, EditorRequired]
    public Guid OrderId { get; set; }

    /// <summary>Null while the service is not ready.</summary>
    [Parameter, EditorRequired]
    public string? Url { get; set; }

    [Inject]
    public ServiceApi Api { get; set; } = null!;

    [Inject]
    public TimeProvider Time { get; set; } = null!;

    protected T? Answer { get; private set; }

    /// <summary>The service does not know this order.</summary>
    protected bool IsUnknown { get; private set; }

    protected string? Failure { get; private set; }

    protected abstract string Path { get; }

    protected virtual TimeSpan Pause => TimeSpan.FromSeconds(1);

    /// <summary>Asked anew when it changes; what was answered stays on screen meanwhile.</summary>
    protected virtual object? Occasion => null;

    protected abstract bool IsFinal(T answer);

    public void Dispose()
    {
        Stop();
        GC.SuppressFinalize(this);
    }

    protected override void OnParametersSet()
    {
        if (!Equals(askedAbout, (OrderId, Url, Occasion)))
        {
            Restart();
        }
    }

    protected void Restart()
    {
        if (askedAbout is ValueTuple<Guid, string?, object?> before && before.Item1 != OrderId)
        {
            (Answer, Failure, IsUnknown) = (null, null, false);
        }

        askedAbout = (OrderId, Url, Occasion);
        Stop();
        if (Url is { } url)
        {
            asking = new CancellationTokenSource();
            _ = AskAsync(url, asking.Token);
        }
    }

    private void Stop()
    {
        asking?.Cancel();
        asking?.Dispose();
        asking = null;
    }

    private async Task AskAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await AskOnceAsync(url, cancellationToken);
                await InvokeAsync(StateHasChanged);
                if (Answer is not null && Failure is null && IsFinal(Answer))
                {
                    return;
                }

                await Task.Delay(Pause, Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left, or asks about another order.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task AskOnceAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            Answer = await Api.GetAsync<T>(url, Path, cancellationToken);
            (Failure, IsUnknown) = (null, false);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            (Failure, IsUnknown) = (null, true);
        }
        catch (HttpRequestException e)
        {
            Failure = e.Message;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = $"{url} did not answer in time.";
        }
    }
}
