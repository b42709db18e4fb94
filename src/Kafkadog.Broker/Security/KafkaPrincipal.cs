using System.Diagnostics.CodeAnalysis;

namespace Kafkadog.Broker.Security;

/// <summary>Who sends a request, as access control lists name it: <c>User:alice</c>. Only type <c>User</c> is ever authenticated.</summary>
internal sealed record KafkaPrincipal(string Type, string Name)
{
    public const string UserType = "User";

    /// <summary>In an access control list: every user.</summary>
    public const string Wildcard = "User:*";

    private readonly string _text = $"{Type}:{Name}";

    /// <summary>Whoever comes by a listener that asks nobody who they are.</summary>
    public static KafkaPrincipal Anonymous { get; } = User("ANONYMOUS");

    public static KafkaPrincipal User(string name) => new(UserType, name);

    /// <summary>Reads <c>Type:name</c>. The name may have colons and may be empty, the type may be neither.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KafkaPrincipal? principal)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        principal = colon > 0 ? new(text![..colon], text[(colon + 1)..]) : null;
        return principal is not null;
    }

    public override string ToString() => _text;
}
