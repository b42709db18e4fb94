using System.Text.Json;
using System.Text.Unicode;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Shared;

/// <summary>Reading of request bodies that accepts nothing it does not understand.</summary>
internal static class StrictJson
{
    /// <returns>A document whose root is an object, or null and the problem.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, JsonDocumentOptions options, Problems problems)
    {
        if (body.Length == 0)
        {
            problems.Add("(body)", "must not be empty");
            return null;
        }

        if (!Utf8.IsValid(body.Span))
        {
            problems.Add("(body)", "must be UTF-8 text");
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(body, options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            problems.Add("(body)", "must be a JSON object");
        }
        catch (JsonException e)
        {
            problems.Add("(body)", $"is not valid JSON: {e.Message}");
        }

        return null;
    }

    public static void OnlyFields(JsonElement element, string prefix, Problems problems, params ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                problems.Add(prefix + property.Name, "is not a field of this request");
            }
        }
    }

    /// <returns>The number, or null when it is absent or not a whole one of the range.</returns>
    public static int? Whole(JsonElement element, string field, int min, int max, Problems problems)
    {
        if (!element.TryGetProperty(field, out var value))
        {
            return null;
        }

        var number = 0;
        var isGood = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number) && number >= min && number <= max;
        problems.Require(isGood, field, $"must be a whole number from {min} to {max}");
        return isGood ? number : null;
    }

    public static string? Text(
        JsonElement element, string field, string prefix, int maxLength, Problems problems, bool isRequired)
    {
        if (!element.TryGetProperty(field, out var value))
        {
            problems.Require(!isRequired, prefix + field, "is missing");
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var isGood = text is { Length: > 0 } && text.Length <= maxLength && !text.Contains('\0') && !string.IsNullOrWhiteSpace(text);
        problems.Require(isGood, prefix + field, $"must be text of 1 to {maxLength} characters");
        return isGood ? text : null;
    }
}
