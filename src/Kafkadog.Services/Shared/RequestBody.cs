using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.Shared;

/// <summary>Reads a body of JSON up to a limit, so that a large one costs no memory.</summary>
internal static class RequestBody
{
    public const int MaxBytes = 256 * 1024;

    /// <returns>The bytes, or the answer that refuses them.</returns>
    public static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
        {
            return (default, ProblemAnswers.Problem(
                415, "The body is not declared as JSON.", "Send the header Content-Type: application/json (UTF-8)."));
        }

        if (request.ContentLength > MaxBytes)
        {
            return (default, TooLarge());
        }

        var buffer = new byte[Math.Min(MaxBytes + 1, (int)(request.ContentLength ?? 16 * 1024) + 1)];
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            length += read;
            if (length > MaxBytes)
            {
                return (default, TooLarge());
            }

            if (read == 0)
            {
                return (buffer.AsMemory(0, length), null);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(MaxBytes + 1, buffer.Length * 2));
            }
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));

    private static IResult TooLarge() => ProblemAnswers.Problem(
        413, "The body is too large.", $"Send at most {MaxBytes} bytes; split an order that needs more.");
}
