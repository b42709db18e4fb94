using System.Reflection;
using System.Text;

namespace Kafkadog.Broker.Tests;

/// <summary>
/// What other programs can use. Who changes it changes <c>PublicApi.txt</c> with it, in the same commit, so that a review sees it:
/// <c>KAFKADOG_UPDATE_DOCS=1</c> before the test writes the file anew.
/// </summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public async Task Public_surface_is_the_one_in_the_file()
    {
        var file = Path.Combine(SourceDirectory(), "PublicApi.txt");
        var actual = string.Join('\n', typeof(KafkaBroker).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).Select(Describe)) + "\n";
        if (Environment.GetEnvironmentVariable("KAFKADOG_UPDATE_DOCS") == "1")
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), actual, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Everything_public_is_documented()
    {
        var assembly = typeof(KafkaBroker).Assembly;
        var documentation = File.ReadAllText(Path.ChangeExtension(assembly.Location, ".xml"));
        var missing = assembly.GetExportedTypes().SelectMany(type => type.GetMembers(Declared).Where(IsOurs).Prepend(type))
            .Select(member => member is Type type ? $"T:{type.FullName}" : $"{Prefix(member)}:{member.DeclaringType!.FullName}.{member.Name.Replace(".ctor", "#ctor", StringComparison.Ordinal)}")
            .Where(id => !documentation.Contains($"name=\"{id}\"", StringComparison.Ordinal) && !documentation.Contains($"name=\"{id}(", StringComparison.Ordinal) && !documentation.Contains($"name=\"{id}`", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static char Prefix(MemberInfo member) => member switch { PropertyInfo => 'P', FieldInfo => 'F', EventInfo => 'E', _ => 'M' };

    /// <summary>Not what the compiler adds to records and enums, nor accessors.</summary>
    private static bool IsOurs(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } => false,
        MethodInfo { Name: "ToString" or "Equals" or "GetHashCode" or "Deconstruct" or "<Clone>$" } => false,
        ConstructorInfo constructor => !IsOfRecord(constructor),
        PropertyInfo property => !IsPositional(property),
        FieldInfo field => !field.IsSpecialName,
        _ => true,
    };

    // Records and types with primary constructors document them by parameters of the type.
    private static bool IsOfRecord(ConstructorInfo constructor) => constructor.GetParameters() is var parameters
        && (parameters.Length == 0 || parameters[0].ParameterType == constructor.DeclaringType || constructor.DeclaringType!.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First() == constructor
            || typeof(Exception).IsAssignableFrom(constructor.DeclaringType));

    private static bool IsPositional(PropertyInfo property) =>
        property.DeclaringType!.GetMethod("<Clone>$") is not null || property.DeclaringType.IsValueType
            ? property.DeclaringType.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.Name == property.Name))
            : false;

    private static string Describe(Type type)
    {
        var text = new StringBuilder().Append(Kind(type)).Append(' ').Append(type.FullName);
        foreach (var member in type.GetMembers(Declared).Where(IsListed).Select(Describe).Distinct().Order(StringComparer.Ordinal))
            text.Append("\n  ").Append(member);
        return text.ToString();
    }

    private static bool IsListed(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } => false,
        MethodInfo { Name: "ToString" or "Equals" or "GetHashCode" or "Deconstruct" or "<Clone>$" } => false,
        FieldInfo field => !field.IsSpecialName,
        _ => true,
    };

    private static string Describe(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{ get;{(property.SetMethod is { IsPublic: true } ? " init;" : "")} }}",
        FieldInfo field when field.DeclaringType!.IsEnum => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}",
        _ => member.Name,
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? "?" : "")}"));

    private static string Name(Type type) => type switch
    {
        { IsArray: true } => Name(type.GetElementType()!) + "[]",
        { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>",
        _ => type.Name,
    };

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface" : type.GetMethod("<Clone>$") is not null ? "record" : "class";

    private static string SourceDirectory([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
