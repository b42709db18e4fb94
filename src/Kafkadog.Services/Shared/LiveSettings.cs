using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Shared;

/// <summary>Settings that can be replaced while the service runs. They start as configured and are gone with the process.</summary>
internal sealed class LiveSettings<T>(T configured)
    where T : class
{
    private T current = configured;

    public T Current
    {
        get => Volatile.Read(ref current);
        set => Volatile.Write(ref current, value);
    }
}

internal static class LiveSettingsEndpoints
{
    /// <summary>GET shows the settings, PUT replaces them all; what a PUT leaves out takes its default.</summary>
    public static void MapLiveSettings<T>(this IEndpointRouteBuilder routes, string section)
        where T : class
    {
        // Asked for by hand: the generator of endpoints cannot see a parameter of an open type.
        var settings = routes.ServiceProvider.GetRequiredService<LiveSettings<T>>();
        routes.MapGet("/settings", IResult () => TypedResults.Ok(settings.Current))
            .WithSummary("The simulated work's settings").Produces<T>();
        routes.MapPut("/settings", async Task<IResult> (HttpRequest request) =>
        {
            var wanted = await request.ReadFromJsonAsync<T>(request.HttpContext.RequestAborted);
            if (wanted is null || ValidatedOptions.Check(wanted, section) is { Count: > 0 })
            {
                return ProblemAnswers.Problem(
                    400, "The settings are not valid.", wanted is null ? "Send an object." : string.Join(' ', ValidatedOptions.Check(wanted, section)));
            }

            settings.Current = wanted;
            return TypedResults.Ok(wanted);
        }).WithSummary("Replaces the settings until the next start").Produces<T>();
    }

    /// <param name="fast">Removes every delay and failure; used when the setting <c>Fast</c> is on.</param>
    public static void AddLiveSettings<T>(this WebApplicationBuilder builder, string section, Func<T, T> fast)
        where T : class
    {
        builder.Services.AddValidatedOptions<T>(section);
        var isFast = builder.Configuration.IsFast();
        builder.Services.AddSingleton(services =>
        {
            var configured = services.GetRequiredService<IOptions<T>>().Value;
            return new LiveSettings<T>(isFast ? fast(configured) : configured);
        });
    }
}
