using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Kafkadog.Broker.Generator;

/// <summary>Turns every <c>.schema</c> file of a project into the classes that read and write its messages.</summary>
[Generator]
public sealed class MessageGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Malformed = new(
        "KAFKADOG001", "Malformed schema", "{0}: {1}", "Kafkadog", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var schemas = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".schema", StringComparison.Ordinal))
            .Select(static (file, cancel) => (Name: Path.GetFileNameWithoutExtension(file.Path), Text: file.GetText(cancel)?.ToString() ?? ""));

        context.RegisterSourceOutput(schemas, static (output, schema) =>
        {
            try
            {
                var file = SchemaParser.Parse(schema.Text);
                output.AddSource($"{schema.Name}.g.cs", SourceText.From(MessageEmitter.Emit(file), Encoding.UTF8));
            }
            catch (FormatException problem)
            {
                output.ReportDiagnostic(Diagnostic.Create(Malformed, Location.None, schema.Name, problem.Message));
            }
        });

        var headers = schemas.Select(static (schema, _) => ApiLine(schema.Text)).Where(static line => line.Length > 0).Collect();
        context.RegisterSourceOutput(headers, static (output, lines) =>
            output.AddSource("ApiSchemas.g.cs", SourceText.From(Table(lines), Encoding.UTF8)));
    }

    /// <summary>Only the line that names the api, so that the table is rebuilt when that changes and not with every field.</summary>
    private static string ApiLine(string text) =>
        text.Split('\n').FirstOrDefault(static line => line.StartsWith("api ", StringComparison.Ordinal))?.Trim() ?? "";

    private static string Table(ImmutableArray<string> lines)
    {
        var apis = lines.Select(static line => line.Split(' ')).OrderBy(static words => int.Parse(words[1])).ToList();
        var code = new StringBuilder(MessageEmitter.Preamble);
        code.AppendLine("/// <summary>The versions of every API that this assembly can read and write.</summary>");
        code.AppendLine("internal static class ApiSchemas").AppendLine("{");
        foreach (var words in apis)
        {
            var versions = VersionRange.Parse(words[3], int.MaxValue);
            var flexible = words.Length > 5 ? $"(short){words[5]}" : "short.MaxValue";
            code.AppendLine($"    public static readonly ApiSchema {words[2]} = new((ApiKey){words[1]}, \"{words[2]}\", {versions.Lowest}, {versions.Highest}, {flexible});");
        }

        code.AppendLine().AppendLine("    public static System.Collections.Generic.IReadOnlyList<ApiSchema> All { get; } =").AppendLine("    [");
        foreach (var words in apis)
        {
            code.AppendLine($"        {words[2]},");
        }

        return code.AppendLine("    ];").AppendLine("}").ToString();
    }
}
