using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Tests;

/// <summary>A browser that takes its time to load a script, and notes what is called in it.</summary>
internal sealed class LateScript : IJSRuntime, IJSObjectReference
{
    private readonly TaskCompletionSource loaded = new();

    public List<string> Calls { get; } = [];

    public void Load() => loaded.SetResult();

    public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
    {
        if (identifier == "import")
        {
            await loaded.Task;
        }
        else
        {
            Calls.Add(identifier);
        }

        return this is TValue value ? value : default!;
    }

    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
