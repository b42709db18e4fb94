using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Messaging.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.Shared;

/// <summary>Breaking this instance on purpose: <c>/chaos</c>. Each instance of a service has faults of its own.</summary>
internal static class ChaosApi
{
    public static void MapChaos(this IEndpointRouteBuilder routes)
    {
        var chaos = routes.MapGroup("/chaos");
        chaos.MapPost("", AddAsync)
            .WithSummary("Fails or slows the next deliveries: {mode, point?, kind?, delayMs?, count?, expiresInSeconds?, match?}")
            .Produces<FaultAnswer>(201).ProducesProblem(400).ProducesProblem(409);
        chaos.MapGet("", List).WithSummary("The faults of this instance, what they have hit, and what may be asked for");
        chaos.MapGet("/{id:int}", One).WithSummary("One fault").ProducesProblem(404);
        chaos.MapDelete("", (FaultRegistry faults) => TypedResults.Ok(new RemovedAnswer(faults.Clear()))).WithSummary("Ends every fault");
        chaos.MapDelete("/{id:int}", (int id, FaultRegistry faults) => faults.Remove(id) ? TypedResults.NoContent() : Unknown(id))
            .WithSummary("Ends one fault").Produces(204).ProducesProblem(404);
    }

    /// <summary>A mode that a handler of this service asks for, beside throw and delay.</summary>
    public static void AddFaultSwitch(this IServiceCollection services, string mode) => services.AddSingleton(new FaultSwitch(mode));

    private static async Task<IResult> AddAsync(
        HttpRequest request, FaultRegistry faults, IEnumerable<FaultSwitch> switches, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadAsync(request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var problems = new Problems();
        if (FaultRequest.Parse(body, [.. switches.Select(s => s.Mode)], problems) is not { } spec)
        {
            return ProblemAnswers.Problem(400, "The fault is not valid.", "Correct the fields listed in errors and send it again.", problems.Found);
        }

        return faults.Add(spec) is { } added
            ? TypedResults.Created($"/chaos/{added.Id}", FaultAnswer.Of(added))
            : ProblemAnswers.Problem(409, $"{FaultRegistry.MaxActive} faults are active already.", "DELETE /chaos ends them all, DELETE /chaos/{id} one.");
    }

    private static IResult List(FaultRegistry faults, IEnumerable<FaultSwitch> switches, ServiceIdentity service, MessagingOptions options)
    {
        var all = faults.Faults;
        return TypedResults.Ok(new ChaosAnswer(
            service.Name,
            options.InstanceId,
            all.Count(fault => fault.State == FaultState.Active),
            [FaultSpec.Throw, FaultSpec.Delay, .. switches.Select(s => s.Mode)],
            FaultRequest.PointNames,
            [.. all.Select(FaultAnswer.Of)]));
    }

    private static IResult One(int id, FaultRegistry faults) =>
        faults.Faults.FirstOrDefault(fault => fault.Id == id) is { } found ? TypedResults.Ok(FaultAnswer.Of(found)) : Unknown(id);

    private static IResult Unknown(int id) =>
        ProblemAnswers.Problem(404, $"There is no fault {id} here.", "GET /chaos lists them; every instance has its own, and a restart clears them.");

    internal sealed record RemovedAnswer(int Removed);

    internal sealed record ChaosAnswer(
        string Service,
        string InstanceId,
        int Active,
        IReadOnlyList<string> Modes,
        IReadOnlyList<string> Points,
        IReadOnlyList<FaultAnswer> Faults);

    internal sealed record MatchAnswer(string? OrderId, string? Topic, string? EventType);

    internal sealed record FaultAnswer(
        int Id,
        string Point,
        string Mode,
        string? Kind,
        int? DelayMs,
        int? Count,
        int? Remaining,
        int Hits,
        string State,
        MatchAnswer? Match,
        DateTimeOffset CreatedAt,
        DateTimeOffset ExpiresAt,
        IReadOnlyList<FaultHit> LastHits)
    {
        public static FaultAnswer Of(FaultStatus fault) => new(
            fault.Id,
            FaultNames.Of(fault.Spec.Point),
            fault.Spec.Mode,
            fault.Spec.Mode != FaultSpec.Throw ? null : fault.Spec.IsPermanent ? "permanent" : "transient",
            fault.Spec.Mode == FaultSpec.Delay ? (int)fault.Spec.DelayBy.TotalMilliseconds : null,
            fault.Spec.Count,
            fault.Remaining,
            fault.Hits,
            fault.State switch { FaultState.Active => "active", FaultState.UsedUp => "used-up", _ => "expired" },
            fault.Spec.Match is { } match ? new(match.Key, match.Topic, match.EventType) : null,
            fault.CreatedAt,
            fault.ExpiresAt,
            fault.LastHits);
    }
}

internal sealed record FaultSwitch(string Mode);
