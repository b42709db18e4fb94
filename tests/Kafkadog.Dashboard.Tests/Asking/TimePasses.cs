using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Dashboard.Tests.Asking;

internal static class TimePasses
{
    /// <summary>Second by second, and between them the component does what is due: a delay begins only when the one before it has ended.</summary>
    public static async Task PassAsync<T>(this FakeTimeProvider time, IRenderedComponent<T> component, TimeSpan span)
        where T : IComponent
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            await component.InvokeAsync(() => { });
            time.Advance(TimeSpan.FromSeconds(1));
            await component.InvokeAsync(() => { });
        }
    }
}
