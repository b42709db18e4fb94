using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Kafkadog.Services.Shared;

/// <summary>
/// One log entry is one line of JSON: ts, level, service, instance, msg, the trace, and whatever the scopes of the
/// consumer pipeline say about the record at hand.
/// </summary>
internal sealed class JsonLinesFormatter(ServiceIdentity service, TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "json-lines";

    private static readonly string Instance = $"{Environment.MachineName}-{Environment.ProcessId}";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("ts", Utc.Text(time.GetUtcNow()));
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("service", service.Name);
            json.WriteString("instance", Instance);
            json.WriteString("msg", logEntry.Formatter(logEntry.State, logEntry.Exception));
            json.WriteString("category", logEntry.Category);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            HashSet<string> written = ["ts", "level", "service", "instance", "msg", "category", "trace_id", "span_id"];
            WriteFields(json, logEntry.State, written);
            scopeProvider?.ForEachScope((scope, state) => WriteFields(state.json, scope, state.written), (json, written));
            if (logEntry.Exception is { } exception)
            {
                // Where a full disk was met helps nobody; its message says what to do.
                json.WriteString("exception", exception is DatabaseUnavailableException ? exception.Message : exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteFields(Utf8JsonWriter json, object? source, HashSet<string> written)
    {
        if (source is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (name, value) in fields)
        {
            var field = SnakeCase(name);
            if (value is null || name == "{OriginalFormat}" || !written.Add(field))
            {
                continue;
            }

            switch (value)
            {
                case int or long or short or byte:
                    json.WriteNumber(field, Convert.ToInt64(value));
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(field, number);
                    break;
                case bool flag:
                    json.WriteBoolean(field, flag);
                    break;
                default:
                    json.WriteString(field, value.ToString());
                    break;
            }
        }
    }

    // OrderId in a message is order_id in a line, however the template spells it.
    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
