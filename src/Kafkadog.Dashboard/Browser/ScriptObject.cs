using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Browser;

/// <summary>
/// What a script made in the browser for a component: a chart, the drawing of the tapes. Who is quick leaves a page before its script is
/// there; the elements are gone then, a call about them would end the circuit, and so none is made. A tab that was closed took it along.
/// </summary>
/// <param name="letGo">The object's own function that ends it.</param>
internal sealed class ScriptObject(string letGo) : IAsyncDisposable
{
    private IJSObjectReference? made;
    private bool isGone;

    public bool IsThere => made is not null;

    /// <summary>Makes it anew by a function of a script; does nothing once the component is gone.</summary>
    /// <param name="script">As the page's assets name it.</param>
    public async Task MakeAsync(IJSRuntime js, string script, string function, params object?[] arguments)
    {
        try
        {
            await LetGoAsync();
            await using var module = await js.InvokeAsync<IJSObjectReference>("import", "./" + script);
            if (isGone)
            {
                return;
            }

            made = await module.InvokeAsync<IJSObjectReference>(function, arguments);
            if (isGone)
            {
                await LetGoAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            made = null;
        }
    }

    /// <summary>Only while it <see cref="IsThere"/>.</summary>
    public async Task CallAsync(string function, params object?[] arguments)
    {
        try
        {
            await made!.InvokeVoidAsync(function, arguments);
        }
        catch (JSDisconnectedException)
        {
            made = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        isGone = true;
        try
        {
            await LetGoAsync();
        }
        catch (JSDisconnectedException)
        {
            made = null;
        }
    }

    private async Task LetGoAsync()
    {
        if (made is { } old)
        {
            made = null;
            await old.InvokeVoidAsync(letGo);
            await old.DisposeAsync();
        }
    }
}
