using System.Text;

namespace Kafkadog.Broker.Generator;

/// <summary>Writes the <c>Write</c> method of one class.</summary>
internal sealed class WriteEmitter(StringBuilder code, Message message, VersionRange around)
{
    private readonly string _compact = message.FlexibleFrom is null ? "false" : "flexible";

    public void Emit(string name, List<Field> fields, bool top)
    {
        _ = name;
        code.AppendLine().AppendLine("    public void Write(ProtocolWriter writer, short version)").AppendLine("    {");
        if (top)
        {
            code.AppendLine("        ProtocolException.ThrowIfOutside(version, LowestVersion, HighestVersion);");
        }

        if (message.FlexibleFrom is { } from)
        {
            code.AppendLine($"        var flexible = version >= {from};");
        }

        foreach (var field in fields.Where(field => field.Tag is null))
        {
            var condition = MessageEmitter.Condition(field.Versions, around);
            Block(condition, "        ", inner => Value(field, inner));
        }

        if (message.FlexibleFrom is not null)
        {
            Block("flexible", "        ", inner => Tags(fields.Where(field => field.Tag is not null).ToList(), inner));
        }

        code.AppendLine("    }");
    }

    private void Tags(List<Field> known, string indent)
    {
        if (known.Count == 0)
        {
            code.AppendLine($"{indent}writer.WriteTaggedFields(UnknownTaggedFields);");
            return;
        }

        code.AppendLine($"{indent}var tags = UnknownTaggedFields?.Count ?? 0;");
        foreach (var field in known)
        {
            code.AppendLine($"{indent}var has{field.Name} = {Present(field)};");
            code.AppendLine($"{indent}tags += has{field.Name} ? 1 : 0;");
        }

        code.AppendLine($"{indent}writer.WriteUnsignedVarInt((uint)tags);");
        code.AppendLine($"{indent}var next = 0;");
        foreach (var field in known)
        {
            Block($"has{field.Name}", indent, inner =>
            {
                code.AppendLine($"{inner}next = writer.WriteTagsBelow({field.Tag}, UnknownTaggedFields, next);");
                code.AppendLine($"{inner}var mark{field.Name} = writer.BeginTag({field.Tag});");
                Value(field, inner);
                code.AppendLine($"{inner}writer.EndTag(mark{field.Name});");
            });
        }

        code.AppendLine($"{indent}writer.WriteTagsBelow(int.MaxValue, UnknownTaggedFields, next);");
    }

    /// <summary>A tagged field is written when it differs from its default, as Apache Kafka does.</summary>
    private string Present(Field field)
    {
        var differs = field switch
        {
            { IsArray: true, Nullable: null } => $"{MessageEmitter.ListOf(field)} is {{ Count: > 0 }}",
            { Nullable: not null } or { IsStruct: true } => $"{field.Name} is not null",
            { Type: "bool" } => field.Name,
            { Type: "uuid" } => $"{field.Name} != System.Guid.Empty",
            { Type: "string" } => $"{field.Name}.Length > 0",
            { Type: "errorcode" } => $"{field.Name} != 0",
            _ => $"{field.Name} != {field.Default ?? "0"}",
        };
        return MessageEmitter.Condition(field.Versions, around) is { } condition ? $"{condition} && {differs}" : differs;
    }

    private void Value(Field field, string indent)
    {
        if (field.IsArray)
        {
            Array(field, indent);
            return;
        }

        if (field is { IsStruct: true, Nullable: not null })
        {
            Block($"{field.Name} is null", indent, inner => code.AppendLine($"{inner}writer.WriteInt8(-1);"));
            Block("else", indent, inner => code.AppendLine($"{inner}writer.WriteInt8(1);").AppendLine($"{inner}{field.Name}.Write(writer, version);"));
            return;
        }

        if (field.Nullable is not { } nullable)
        {
            code.AppendLine($"{indent}{Required(field, field.Name)}");
        }
        else if (MessageEmitter.Condition(nullable, field.Versions) is { } condition)
        {
            Block(condition, indent, inner => code.AppendLine($"{inner}{Optional(field)}"));
            Block("else", indent, inner => code.AppendLine($"{inner}{Required(field, field.Name)}"));
        }
        else
        {
            code.AppendLine($"{indent}{Optional(field)}");
        }
    }

    private void Array(Field field, string indent)
    {
        var list = field.Nullable is null ? MessageEmitter.ListOf(field) : field.Name;
        var ofNull = field.Nullable is not { } nullable
            ? $"WriteArrayLength(0, {_compact})"
            : $"WriteNullArray({_compact}, allowed: {MessageEmitter.Condition(nullable, field.Versions) ?? "true"})";
        Block($"{list} is null", indent, inner => code.AppendLine($"{inner}writer.{ofNull};"));
        Block("else", indent, inner =>
        {
            code.AppendLine($"{inner}writer.WriteArrayLength({list}.Count, {_compact});");
            Block($"foreach (var element in {list})", inner, innermost => code.AppendLine($"{innermost}{Required(field, "element")}"));
        });
    }

    private string Optional(Field field) => field.Type == "string"
        ? $"writer.WriteNullableString({field.Name}, {_compact});"
        : $"writer.WriteNullable{(field.Type == "records" ? "Records" : "Bytes")}({field.Name}, {_compact});";

    private string Required(Field field, string value) => field.Type switch
    {
        "bool" => $"writer.WriteBoolean({value});",
        "int8" => $"writer.WriteInt8({value});",
        "int16" => $"writer.WriteInt16({value});",
        "uint16" => $"writer.WriteUInt16({value});",
        "int32" => $"writer.WriteInt32({value});",
        "int64" => $"writer.WriteInt64({value});",
        "float64" => $"writer.WriteFloat64({value});",
        "uuid" => $"writer.WriteUuid({value});",
        "errorcode" => $"writer.WriteInt16((short){value});",
        "string" => $"writer.WriteString({value}, {_compact});",
        "bytes" => $"writer.WriteBytes({value}, {_compact});",
        "records" => $"writer.WriteRecords({value}, {_compact});",
        _ => $"{value}{(field is { IsArray: false, Tag: not null } ? "!" : "")}.Write(writer, version);",
    };

    /// <summary>Writes a braced block below a condition, an <c>else</c> or a <c>foreach</c>; without one, just its lines.</summary>
    private void Block(string? head, string indent, System.Action<string> body)
    {
        if (head is null)
        {
            body(indent);
            return;
        }

        var keyword = head == "else" || head.StartsWith("foreach", System.StringComparison.Ordinal);
        code.AppendLine(indent + (keyword ? head : $"if ({head})")).AppendLine($"{indent}{{");
        body(indent + "    ");
        code.AppendLine($"{indent}}}");
    }
}
