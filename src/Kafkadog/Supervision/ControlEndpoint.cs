using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Supervision;

/// <summary>
/// The supervisor's door for the commands and the dashboard of the same data directory: loopback, a port the system
/// chooses, and a token that only <see cref="ControlFile"/> holds.
/// </summary>
/// <remarks>
/// <c>GET /instances</c> · <c>POST /instances/{name}/start|stop|kill|freeze|thaw</c> (<c>kill?restart=true</c>) ·
/// <c>GET /instances/{name}/logs?lines=200&amp;follow=true</c> · <c>POST /roles/{role}/scale?count=3</c> ·
/// <c>POST /roles/{role}/instances</c> (one more) · <c>GET /events</c>. Changes answer with the list of instances; errors with <see cref="ControlError"/>.
/// </remarks>
internal sealed class ControlEndpoint(Supervisor supervisor, TimeProvider time) : IAsyncDisposable
{
    private readonly string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly WebApplication app = Build();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        app.Use(CheckTokenAsync);
        app.Use(AnswerFailuresAsync);
        app.MapGet("/instances", () => List());
        app.MapPost("/instances/{name}/start", async (string name, CancellationToken cancelled) =>
        {
            var instance = supervisor.Find(name);
            instance.Start();
            await instance.Ready.WaitAsync(cancelled);
            return List();
        });
        app.MapPost("/instances/{name}/stop", (string name) => ChangeAsync(name, i => i.StopAsync()));
        app.MapPost("/instances/{name}/kill", (string name, bool restart = false) => ChangeAsync(name, i => i.KillAsync(restart)));
        app.MapPost("/instances/{name}/freeze", (string name) => Change(name, i => i.Freeze()));
        app.MapPost("/instances/{name}/thaw", (string name) => Change(name, i => i.Thaw()));
        app.MapPost("/roles/{role}/scale", async (string role, int count, CancellationToken cancelled) =>
        {
            await supervisor.ScaleAsync(role, count, cancelled);
            return List();
        });
        app.MapPost("/roles/{role}/instances", async (string role, CancellationToken cancelled) =>
        {
            await supervisor.AddOneAsync(role, cancelled);
            return List();
        });
        app.MapGet("/instances/{name}/logs", WriteLogsAsync);
        app.MapGet("/events", (CancellationToken cancelled) => TypedResults.ServerSentEvents(InstanceChanges.FollowAsync(supervisor, cancelled)));
        await app.StartAsync(cancellationToken);
        new ControlFile(Environment.ProcessId, app.Urls.First(), token, supervisor.Settings.Brokers, time.GetUtcNow())
            .Write(supervisor.Settings.Data);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(supervisor.Settings.Data.ControlFile);
        await app.DisposeAsync();
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, CliJson.Default));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    private Task CheckTokenAsync(HttpContext context, RequestDelegate next)
    {
        var given = Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString());
        if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes("Bearer " + token)))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static async Task AnswerFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (CommandFailure failure)
        {
            context.Response.StatusCode = failure.ExitCode == ExitCodes.NotFound
                ? StatusCodes.Status404NotFound
                : StatusCodes.Status409Conflict;
            await context.Response.WriteAsJsonAsync(
                new ControlError(failure.ExitCode, failure.Message, failure.Next), CliJson.Default.ControlError);
        }
    }

    private IReadOnlyList<InstanceStatus> List() => [.. supervisor.Instances.Select(i => i.Status())];

    private async Task<IReadOnlyList<InstanceStatus>> ChangeAsync(string name, Func<Instance, Task> change)
    {
        await change(supervisor.Find(name));
        return List();
    }

    private IReadOnlyList<InstanceStatus> Change(string name, Action<Instance> change)
    {
        change(supervisor.Find(name));
        return List();
    }

    private async Task WriteLogsAsync(string name, HttpContext context, int lines = 200, bool follow = false)
    {
        var instance = supervisor.Find(name);
        var stopped = context.RequestAborted;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await using var live = instance.Log.FollowAsync(stopped).GetAsyncEnumerator(stopped);
        var next = follow ? live.MoveNextAsync().AsTask() : null;
        foreach (var line in await LogTail.ReadAsync(instance.LogFile, lines, stopped))
        {
            await context.Response.WriteAsync(line + "\n", stopped);
        }

        await context.Response.Body.FlushAsync(stopped);
        while (next is not null && await next)
        {
            await context.Response.Body.WriteAsync(live.Current, stopped);
            await context.Response.Body.FlushAsync(stopped);
            next = live.MoveNextAsync().AsTask();
        }
    }
}

/// <summary>An error of the control endpoint, as the command shows it.</summary>
internal sealed record ControlError(int ExitCode, string Problem, string Next);

/// <summary>Signals are the business of <see cref="StopSignals"/> alone.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
