using Kafkadog.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kafkadog.Services.Shared;

/// <summary>Errors as RFC 9457 problems: what is wrong, and what to do next.</summary>
internal static class ProblemAnswers
{
    public static ProblemHttpResult Problem(int status, string title, string next, IReadOnlyList<FieldProblem>? fields = null) =>
        TypedResults.Problem(
            statusCode: status,
            title: title,
            detail: next,
            extensions: fields is null ? null : [new("errors", fields.Select(f => new { field = f.Field, problem = f.Problem }).ToArray())]);

    /// <summary>For errors that no endpoint explains itself.</summary>
    public static void Explain(ProblemDetailsContext context) => context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
    {
        404 => "There is nothing at this address; /scalar lists what this service offers.",
        405 => "This address answers another method; /scalar lists what this service offers.",
        415 => "Send the header Content-Type: application/json.",
        503 => "Nothing was stored. /health/ready says why; send the request again when it is well.",
        400 => "Compare the request with /scalar and send it again.",
        _ => "This is an error of the service; its log has the cause under the same trace id.",
    };
}
