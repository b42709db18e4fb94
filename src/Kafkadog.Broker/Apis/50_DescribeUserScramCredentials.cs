using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeUserScramCredentials (key 50), version 0: which users have a SCRAM password, and how often it is hashed (KIP-554). Null or empty
/// asks for all. Users of <see cref="SaslOptions.Users"/> are not told: they cannot be altered here.
/// </summary>
internal static class DescribeUserScramCredentials
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeUserScramCredentialsRequest request)
    {
        if (!context.AllowsCluster(AclOperation.Describe))
        {
            // As in Apache Kafka the error stands there once more, for a user without a name.
            return new(new DescribeUserScramCredentialsResponse
            {
                ErrorCode = ErrorCode.ClusterAuthorizationFailed,
                Results = [new DescribeUserScramCredentialsResponseResult { ErrorCode = ErrorCode.ClusterAuthorizationFailed }],
            });
        }

        var known = context.Broker.Storage.ScramUsers.Describe();
        var asked = request.Users is { Count: > 0 } users ? users.ConvertAll(user => user.Name) : null;
        return new(new DescribeUserScramCredentialsResponse
        {
            ErrorMessage = "",
            Results = asked is null
                ? [.. known.Select(Known)]
                : [.. asked.GroupBy(name => name, StringComparer.Ordinal).Select(name => Describe(name.Key, isTwice: name.Skip(1).Any(), known.FirstOrDefault(one => one.Key == name.Key)))],
        });
    }

    private static DescribeUserScramCredentialsResponseResult Describe(string user, bool isTwice, IGrouping<string, (SaslMechanism, int)>? known) =>
        isTwice ? Failed(user, ErrorCode.DuplicateResource, $"Cannot describe SCRAM credentials for the same user twice in a single request: {user}")
        : known is null ? Failed(user, ErrorCode.ResourceNotFound, $"Attempt to describe a user credential that does not exist: {user}")
        : Known(known);

    private static DescribeUserScramCredentialsResponseResult Known(IGrouping<string, (SaslMechanism Mechanism, int Iterations)> user) => new()
    {
        User = user.Key,
        ErrorMessage = "",
        CredentialInfos = [.. user.Select(one => new DescribeUserScramCredentialsResponseCredentialInfo { Mechanism = one.Mechanism.ScramNumber(), Iterations = one.Iterations })],
    };

    private static DescribeUserScramCredentialsResponseResult Failed(string user, ErrorCode error, string message) =>
        new() { User = user, ErrorCode = error, ErrorMessage = message };
}
