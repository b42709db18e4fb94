using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Asking;

/// <summary>What a service last answered to a question, and what is the matter if it does not any more.</summary>
/// <param name="Question">The path that was asked; an answer to another one is never kept.</param>
/// <param name="Value">The last good answer.</param>
/// <param name="At">When that came.</param>
public sealed record Answer<T>(string Question, T? Value, DateTimeOffset? At, string? Problem = null, string? NextStep = null)
    where T : class
{
    public static readonly Answer<T> None = new("", null, null);

    /// <summary>Nothing, while the answer to this question has not come yet.</summary>
    public Answer<T> To(string question) => Question == question ? this : None;

    public async Task<Answer<T>> AskAsync(ServiceApi api, ServicePlace place, string question, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = To(question) with { Question = question };
        if (place.Url is null)
        {
            return before with { Problem = place.Problem, NextStep = place.NextStep };
        }

        const string again = "It is asked again by itself; look at the Instances page if this lasts.";
        try
        {
            return new(question, await api.GetAsync<T>(place.Url, question, cancellationToken), time.GetUtcNow());
        }
        catch (ServiceRefusal e)
        {
            return before with { Problem = $"{place.Role}: {e.Problem.Title ?? e.Message}", NextStep = e.Problem.Detail ?? again };
        }
        catch (HttpRequestException e)
        {
            return before with { Problem = $"GET {question} at {place.Role}: {e.Message}", NextStep = again };
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return before with { Problem = $"GET {question} at {place.Role}: no answer in time.", NextStep = again };
        }
    }

    /// <param name="judge">Why a good answer is nothing to show, or null when it is something.</param>
    /// <param name="interval">How often it is asked anew.</param>
    public PanelState State(Func<T, PanelState?> judge, TimeSpan interval)
    {
        var state = Problem is not null ? PanelState.Error(Problem, NextStep ?? "", Value is not null)
            : Value is null ? PanelState.Loading
            : judge(Value) ?? PanelState.Ready;
        return At is { } at ? state.At(at, interval) : state;
    }
}
