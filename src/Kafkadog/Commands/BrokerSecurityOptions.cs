using System.CommandLine;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Kafkadog.Security;

namespace Kafkadog.Commands;

/// <summary>The options of <c>kafkadog run broker</c> that make it secure.</summary>
internal sealed class BrokerSecurityOptions
{
    private readonly Option<string[]> _listeners = new("--listener") { Description = "Broker: where it listens and how that is secured, instead of --listen and --port; may be repeated", HelpName = ListenerArgument.Form };
    private readonly Option<string[]> _users = new("--sasl-user") { Description = $"Broker: a user who may log in; the password is in {Passwords.UserVariable}NAME", HelpName = "NAME" };
    private readonly Option<string?> _userFile = new("--sasl-users") { Description = "Broker: a file with a line USER:PASSWORD for each user", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "Broker: its certificate, PEM or PFX", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = $"Broker: the key of a PEM certificate; the password of a key or PFX is in {Passwords.TlsVariable}", HelpName = "FILE" };
    private readonly Option<string?> _trusted = new("--tls-ca") { Description = "Broker: the roots of its clients' certificates, PEM", HelpName = "FILE" };
    private readonly Option<ClientAuthentication> _clients = new("--tls-client-auth") { Description = "Broker: whether clients show a certificate: none, requested, required" };
    private readonly Option<bool> _authorize = new("--acls") { Description = "Broker: access control; what no list allows is forbidden" };
    private readonly Option<string[]> _superUsers = new("--super-user") { Description = "Broker: a principal who may do everything, with --acls", HelpName = "User:NAME" };
    private readonly Option<bool> _openByDefault = new("--allow-everyone-if-no-acl-found") { Description = "Broker: what has no list is open to all, with --acls" };

    public IReadOnlyList<Option> All => [_listeners, _users, _userFile, _certificate, _key, _trusted, _clients, _authorize, _superUsers, _openByDefault];

    /// <exception cref="CommandFailure">An option is not what it should be, or a password is missing.</exception>
    public BrokerSecurity Read(ParseResult parsed)
    {
        var listeners = (parsed.GetValue(_listeners) ?? []).Select(text => ListenerArgument.Parse(text)
            ?? throw new CommandFailure(ExitCodes.Usage, $"--listener {text} is not {ListenerArgument.Form}", "for example --listener SASL_SSL://0.0.0.0:9094,kafka.example:9094")).ToList();
        var users = (parsed.GetValue(_users) ?? []).Select(user => KeyValuePair.Create(user, Passwords.Of(user)))
            .Concat(parsed.GetValue(_userFile) is { } file ? Passwords.InFile(file) : [])
            .GroupBy(user => user.Key, StringComparer.Ordinal)
            .ToDictionary(user => user.Key, user => user.Last().Value, StringComparer.Ordinal);
        return new BrokerSecurity(
            listeners,

            // Users can also be made later, with kafka-configs.sh.
            users.Count > 0 || listeners.Exists(listener => listener.Protocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl) ? new SaslOptions { Users = users } : null,
            parsed.GetValue(_certificate) is { } certificate
                ? new TlsOptions
                {
                    CertificateFile = certificate,
                    KeyFile = parsed.GetValue(_key),
                    Password = Passwords.OfTls,
                    TrustedFile = parsed.GetValue(_trusted),
                    ClientAuthentication = parsed.GetValue(_clients),
                }
                : null,
            parsed.GetValue(_authorize)
                ? new AuthorizationOptions { SuperUsers = parsed.GetValue(_superUsers) ?? [], AllowEveryoneIfNoAclFound = parsed.GetValue(_openByDefault) }
                : null);
    }
}
