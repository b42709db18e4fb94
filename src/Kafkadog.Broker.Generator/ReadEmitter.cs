using System.Text;

namespace Kafkadog.Broker.Generator;

/// <summary>Writes the <c>Read</c> method of one class.</summary>
internal sealed class ReadEmitter(StringBuilder code, Message message, VersionRange around)
{
    private readonly string _compact = message.FlexibleFrom is null ? "false" : "flexible";

    public void Emit(string name, List<Field> fields, bool top)
    {
        code.AppendLine().AppendLine($"    public static {name} Read(ref ProtocolReader reader, short version)").AppendLine("    {");
        if (top)
        {
            code.AppendLine("        ProtocolException.ThrowIfOutside(version, LowestVersion, HighestVersion);");
        }

        if (message.FlexibleFrom is { } from)
        {
            code.AppendLine($"        var flexible = version >= {from};");
        }

        code.AppendLine($"        var message = new {name}();");
        foreach (var field in fields.Where(field => field.Tag is null))
        {
            var condition = MessageEmitter.Condition(field.Versions, around);
            Value(field, condition is null ? 2 : 3, condition);
        }

        if (message.FlexibleFrom is not null)
        {
            Tags(fields.Where(field => field.Tag is not null).ToList());
        }

        code.AppendLine("        return message;").AppendLine("    }");
    }

    private void Tags(List<Field> known)
    {
        code.AppendLine("        if (flexible)").AppendLine("        {");
        if (known.Count == 0)
        {
            code.AppendLine("            message.UnknownTaggedFields = reader.ReadTaggedFields();").AppendLine("        }");
            return;
        }

        code.AppendLine("            for (var left = reader.ReadTagCount(); left > 0; left--)");
        code.AppendLine("            {");
        code.AppendLine("                var tag = reader.ReadTag(out var end);");
        code.AppendLine("                switch (tag)");
        code.AppendLine("                {");
        foreach (var field in known)
        {
            var condition = MessageEmitter.Condition(field.Versions, around);
            code.AppendLine($"                    case {field.Tag}{(condition is null ? "" : $" when {condition}")}:");
            code.AppendLine("                    {");
            Value(field, 6, null);
            code.AppendLine("                        reader.EndTag(end);");
            code.AppendLine("                        break;");
            code.AppendLine("                    }");
        }

        code.AppendLine("                    default:");
        code.AppendLine("                        (message.UnknownTaggedFields ??= []).Add(reader.ReadUnknownTag(tag, end));");
        code.AppendLine("                        break;");
        code.AppendLine("                }");
        code.AppendLine("            }");
        code.AppendLine("        }");
    }

    private void Value(Field field, int depth, string? condition)
    {
        var indent = new string(' ', depth * 4);
        if (condition is not null)
        {
            var outer = new string(' ', (depth - 1) * 4);
            code.AppendLine($"{outer}if ({condition})").AppendLine($"{outer}{{");
        }

        if (field.IsArray)
        {
            Array(field, indent);
        }
        else
        {
            code.AppendLine($"{indent}message.{field.Name} = {Single(field)};");
        }

        if (condition is not null)
        {
            code.AppendLine(new string(' ', (depth - 1) * 4) + "}");
        }
    }

    private void Array(Field field, string indent)
    {
        var count = $"count{field.Name}";
        var size = MessageEmitter.SmallestSize(field);
        var plain = $"reader.ReadArrayLength({_compact}, {size})";
        var nullable = $"reader.ReadNullableArrayLength({_compact}, {size})";
        var read = Either(field, nullable, plain);
        var element = MessageEmitter.ElementType(field);
        code.AppendLine($"{indent}var {count} = {read};");
        if (field.Nullable is not null)
        {
            code.AppendLine($"{indent}if ({count} < 0)").AppendLine($"{indent}{{");
            code.AppendLine($"{indent}    message.{field.Name} = null;").AppendLine($"{indent}}}");
            code.AppendLine($"{indent}else").AppendLine($"{indent}{{");
            indent += "    ";
        }

        code.AppendLine($"{indent}var list{field.Name} = new System.Collections.Generic.List<{element}>({count});");
        code.AppendLine($"{indent}for (var i = 0; i < {count}; i++)").AppendLine($"{indent}{{");
        code.AppendLine($"{indent}    list{field.Name}.Add({Required(field)});").AppendLine($"{indent}}}");
        code.AppendLine($"{indent}message.{field.Name} = list{field.Name};");
        if (field.Nullable is not null)
        {
            code.AppendLine($"{indent.Substring(4)}}}");
        }
    }

    private string Single(Field field) =>
        field.Nullable is null ? Required(field) : Either(field, Optional(field), Required(field));

    /// <summary>The expression for versions that allow null, the other one elsewhere, or a choice between them.</summary>
    private static string Either(Field field, string optional, string required) => field.Nullable switch
    {
        null => required,
        { } nullable when MessageEmitter.Condition(nullable, field.Versions) is { } condition => $"{condition} ? {optional} : {required}",
        _ => optional,
    };

    private string Optional(Field field) => field.Type switch
    {
        "string" => $"reader.ReadNullableString({_compact})",
        "bytes" => $"reader.ReadNullableBytes({_compact})",
        "records" => $"reader.ReadNullableRecords({_compact})",
        _ => $"reader.ReadInt8() < 0 ? null : {field.Type}.Read(ref reader, version)",
    };

    private string Required(Field field) => field.Type switch
    {
        "bool" => "reader.ReadBoolean()",
        "int8" => "reader.ReadInt8()",
        "int16" => "reader.ReadInt16()",
        "uint16" => "reader.ReadUInt16()",
        "int32" => "reader.ReadInt32()",
        "int64" => "reader.ReadInt64()",
        "float64" => "reader.ReadFloat64()",
        "uuid" => "reader.ReadUuid()",
        "errorcode" => "(ErrorCode)reader.ReadInt16()",
        "string" => $"reader.ReadString({_compact})",
        "bytes" => $"reader.ReadBytes({_compact})",
        "records" => $"reader.ReadRecords({_compact})",
        _ => $"{field.Type}.Read(ref reader, version)",
    };
}
