using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>
/// Passwords of SASL/SCRAM users, written as Apache Kafka's own tool takes them:
/// <c>SCRAM-SHA-256=[iterations=8192,password=secret]</c>. The broker keeps salted hashes only.
/// </summary>
internal static partial class ScramUsers
{
    private const string Example = "SCRAM-SHA-256=[iterations=8192,password=secret]";
    private const int Iterations = 4096;

    /// <param name="user">Null for all.</param>
    public static async Task<IReadOnlyList<ConfigDetails>> DescribeAsync(IAdminClient admin, string? user, CancellationToken cancellationToken)
    {
        var answer = await admin.DescribeUserScramCredentialsAsync(
            user is null ? [] : [user], new DescribeUserScramCredentialsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
        return
        [
            .. from description in answer.UserScramCredentialsDescriptions
               from credential in description.ScramCredentialInfos
               orderby description.User, credential.Mechanism
               select new ConfigDetails(
                   description.User, NameOf(credential.Mechanism), string.Create(CultureInfo.InvariantCulture, $"iterations={credential.Iterations}"), "DynamicUserConfig"),
        ];
    }

    public static async Task AlterAsync(
        IAdminClient admin, string user, IReadOnlyDictionary<string, string> set, IReadOnlyList<string> delete, CancellationToken cancellationToken)
    {
        List<UserScramCredentialAlteration> changes =
        [
            .. set.Select(pair => Upsertion(user, MechanismOf(pair.Key), pair.Value)),
            .. delete.Select(key => new UserScramCredentialDeletion { User = user, Mechanism = MechanismOf(key) }),
        ];
        await admin.AlterUserScramCredentialsAsync(changes, new AlterUserScramCredentialsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
    }

    private static UserScramCredentialUpsertion Upsertion(string user, ScramMechanism mechanism, string value)
    {
        var match = Credential().Match(value);
        return match.Success
            ? new UserScramCredentialUpsertion
            {
                User = user,
                Password = Encoding.UTF8.GetBytes(match.Groups["password"].Value),
                ScramCredentialInfo = new ScramCredentialInfo
                {
                    Mechanism = mechanism,
                    Iterations = match.Groups["iterations"] is { Success: true } given ? int.Parse(given.Value, CultureInfo.InvariantCulture) : Iterations,
                },
            }
            : throw new CommandFailure(ExitCodes.Usage, "a password is written as [password=...] or [iterations=N,password=...]", $"for example --set {Example}");
    }

    private static string NameOf(ScramMechanism mechanism) => mechanism == ScramMechanism.ScramSha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";

    private static ScramMechanism MechanismOf(string name) => name.ToUpperInvariant() switch
    {
        "SCRAM-SHA-256" => ScramMechanism.ScramSha256,
        "SCRAM-SHA-512" => ScramMechanism.ScramSha512,
        _ => throw new CommandFailure(ExitCodes.Usage, $"a user has no setting '{Terminal.Printable(name)}' here", $"SCRAM-SHA-256 and SCRAM-SHA-512 are known, for example --set {Example}"),
    };

    [GeneratedRegex(@"^\[(?:iterations=(?<iterations>\d{1,6}),)?password=(?<password>.+)\]\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Credential();
}
