using System.Diagnostics;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kafkadog.Services.Gateway;

internal static class PageViewsApi
{
    private const int MaxTextLength = 512;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public static void MapPageViews(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/pageviews", RecordAsync).WithSummary("Records that a page was looked at").Produces(202).ProducesProblem(400);

    private static async Task<IResult> RecordAsync(HttpContext http, ILocalTransactions transactions, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadAsync(http.Request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var problems = new Problems();
        var agent = http.Request.Headers.UserAgent.ToString();
        if (Parse(body, agent.Length > MaxTextLength ? agent[..MaxTextLength] : agent, problems) is not { } view)
        {
            return ProblemAnswers.Problem(
                400, "The page view is not valid.", "Correct the fields listed in errors and send it again.", problems.Found);
        }

        var trace = TraceIds.FromW3C((Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString());
        await transactions.ExecuteAsync(
            work =>
            {
                var now = Utc.Truncate(work.Now);
                work.Publish(
                    ServiceIdentity.Gateway, new Envelope(Guid.CreateVersion7(now), now, Guid.NewGuid(), trace, view with { Ts = now }));
                return true;
            },
            cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    private static PageView? Parse(ReadOnlyMemory<byte> body, string userAgent, Problems problems)
    {
        if (StrictJson.Parse(body, Strict, problems) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            StrictJson.OnlyFields(root, "", problems, "page", "userId", "sessionId", "productId");
            string? Text(string field, bool isRequired = false) => StrictJson.Text(root, field, "", MaxTextLength, problems, isRequired);
            try
            {
                var view = new PageView(
                    Text("page", isRequired: true) ?? "",
                    default,
                    Text("userId"),
                    Text("sessionId"),
                    userAgent.Length == 0 ? null : userAgent,
                    Text("productId"));
                return problems.Any ? null : view;
            }
            catch (InvalidOperationException)
            {
                problems.Add("(body)", "must not contain half of a surrogate pair");
                return null;
            }
        }
    }
}
