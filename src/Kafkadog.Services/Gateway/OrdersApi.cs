using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kafkadog.Services.Gateway;

internal static class OrdersApi
{
    private const int MaxPage = 500;
    private const int MaxWaitMs = 60_000;
    private const int MaxKeyLength = 255;

    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders");
        orders.MapPost("", PlaceAsync).WithSummary("Places an order").Produces(201).ProducesProblem(400).ProducesProblem(413);
        orders.MapGet("", PageAsync).WithSummary("Orders, newest first: ?limit up to 500, ?status, ?cursor from the Link header");
        orders.MapGet("/{orderId:guid}", OneAsync).WithSummary("One order with its timeline: ?waitFor=outcome&timeoutMs=");
    }

    private static async Task<IResult> PlaceAsync(HttpContext http, PlaceOrder orders, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadAsync(http.Request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var keys = http.Request.Headers["Idempotency-Key"];
        if (keys.Count > 0 && !IsKey(keys))
        {
            return ProblemAnswers.Problem(
                400, "The Idempotency-Key is not usable.", $"Send one key of 1 to {MaxKeyLength} visible ASCII characters, such as a UUID.");
        }

        var problems = new Problems();
        if (OrderRequest.Parse(body, problems) is not { } request)
        {
            return ProblemAnswers.Problem(
                400, "The order is not valid.", "Correct the fields listed in errors and send the order again.", problems.Found);
        }

        var correlationId = Guid.TryParseExact(http.Request.Headers[HeaderNames.CorrelationId], "D", out var given) ? given : Guid.NewGuid();
        http.Response.Headers[HeaderNames.CorrelationId] = correlationId.ToString();
        switch (await orders.AcceptAsync(request, keys.Count > 0 ? keys[0] : null, correlationId, cancellationToken))
        {
            case Placement.Accepted(var orderId):
                return Created(orderId);
            case Placement.Replayed(var orderId):
                http.Response.Headers["Idempotency-Replayed"] = "true";
                return Created(orderId);
            case Placement.OtherBody:
                return ProblemAnswers.Problem(
                    422, "This Idempotency-Key was used for another order.", "Use a new key for a new order, or repeat the first body.");
            default:
                return ProblemAnswers.Problem(
                    409, "The first request with this Idempotency-Key is still running.", "Wait for its answer, or repeat this request in a moment.");
        }
    }

    private static async Task<IResult> PageAsync(
        HttpContext http, IDatabase database, CancellationToken cancellationToken, int limit = 100, string? status = null, string? cursor = null)
    {
        if (limit is < 1 or > MaxPage)
        {
            return ProblemAnswers.Problem(400, "limit is out of range.", $"Use a limit from 1 to {MaxPage}.");
        }

        if (status is not null && !OrderView.Statuses.Contains(status, StringComparer.Ordinal))
        {
            return ProblemAnswers.Problem(400, "status is unknown.", $"Use one of {string.Join(", ", OrderView.Statuses)}.");
        }

        var after = cursor is null ? null : PageCursor.Parse(cursor);
        if (cursor is not null && after is null)
        {
            return ProblemAnswers.Problem(400, "cursor is not one of ours.", "Follow the address in the Link header as it is.");
        }

        // One more than asked for tells whether there is a next page.
        var page = await OrderViewStore.PageAsync(database, status, after, limit + 1, cancellationToken);
        if (page.Count > limit)
        {
            page.RemoveAt(limit);
            var next = new PageCursor(page[^1].CreatedAt, page[^1].OrderId);
            var filter = status is null ? "" : $"&status={status}";
            http.Response.Headers.Link = $"</orders?limit={limit}{filter}&cursor={next}>; rel=\"next\"";
        }

        return TypedResults.Ok(page.Select(v => OrderAnswer.Of(v, null)));
    }

    private static async Task<IResult> OneAsync(
        Guid orderId,
        IDatabase database,
        OutcomeWaiters waiters,
        TimeProvider time,
        CancellationToken cancellationToken,
        string? waitFor = null,
        int timeoutMs = 30_000)
    {
        if (waitFor is not (null or "outcome") || timeoutMs is < 0 or > MaxWaitMs)
        {
            return ProblemAnswers.Problem(
                400, "waitFor or timeoutMs is not usable.", $"Use waitFor=outcome and a timeoutMs from 0 to {MaxWaitMs}.");
        }

        using var registration = waiters.Register(orderId);
        var view = await OrderViewStore.FindAsync(database, orderId, cancellationToken);
        if (view is { Outcome: null } && waitFor is not null)
        {
            await registration.Outcome
                .WaitAsync(TimeSpan.FromMilliseconds(timeoutMs), time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            view = await OrderViewStore.FindAsync(database, orderId, cancellationToken);
        }

        return view is null
            ? ProblemAnswers.Problem(404, "There is no such order.", "Check the id; GET /orders lists the orders.")
            : TypedResults.Ok(OrderAnswer.Of(view, await OrderViewStore.TimelineAsync(database, orderId, cancellationToken)));
    }

    private static IResult Created(Guid orderId) => TypedResults.Created($"/orders/{orderId}", new PlacedAnswer(orderId));

    private static bool IsKey(Microsoft.Extensions.Primitives.StringValues keys) =>
        keys is [{ Length: >= 1 and <= MaxKeyLength } key] && key.All(c => c is > ' ' and <= '~');

    private sealed record PlacedAnswer(Guid OrderId);

    private sealed record OrderAnswer(
        Guid OrderId,
        string UserId,
        IReadOnlyList<OrderLine> Items,
        Money Total,
        string PaymentStatus,
        string InventoryStatus,
        string Status,
        string? Code,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt,
        IReadOnlyList<TimelineEntry>? Timeline)
    {
        public static OrderAnswer Of(OrderView v, IReadOnlyList<TimelineEntry>? timeline) => new(
            v.OrderId,
            v.Placed!.UserId,
            v.Placed.Items,
            v.Placed.Total,
            v.PaymentStatus,
            v.InventoryStatus,
            v.Status,
            v.Code,
            v.CreatedAt,
            v.UpdatedAt,
            timeline);
    }
}
