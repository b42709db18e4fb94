using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterUserScramCredentials (key 51), version 0: gives users a SCRAM password, or takes it from them (KIP-554). The client sends the
/// password salted and hashed; what is stored is derived from that and no longer good for logging in. A request alters a user once,
/// whichever the mechanism.
/// </summary>
internal static class AlterUserScramCredentials
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterUserScramCredentialsRequest request)
    {
        var store = context.Broker.Storage.ScramUsers;
        var allowed = context.AllowsCluster(AclOperation.Alter);
        var errors = new Dictionary<string, (ErrorCode Error, string? Message)>(StringComparer.Ordinal);
        foreach (var (user, problem) in request.Deletions.Select(asked => (asked.Name, Problem(store, asked))).Concat(request.Upsertions.Select(asked => (asked.Name, Problem(asked)))))
        {
            errors[user] = !allowed ? (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed.")
                : errors.TryGetValue(user, out var before) ? before.Error is ErrorCode.None ? (ErrorCode.DuplicateResource, "A user credential cannot be altered twice in the same request") : before
                : problem;
        }

        Apply(store, request, errors);
        return new(new AlterUserScramCredentialsResponse
        {
            Results = [.. errors.Select(user => new AlterUserScramCredentialsResponseResult { User = user.Key, ErrorCode = user.Value.Error, ErrorMessage = user.Value.Message })],
        });
    }

    /// <summary>A user with any error keeps everything as it was.</summary>
    private static void Apply(ScramStore store, AlterUserScramCredentialsRequest request, Dictionary<string, (ErrorCode Error, string? Message)> errors)
    {
        try
        {
            foreach (var asked in request.Deletions.Where(asked => errors[asked.Name].Error is ErrorCode.None))
            {
                store.Remove(asked.Name, SaslMechanisms.FromScramNumber(asked.Mechanism)!.Value);
            }

            foreach (var asked in request.Upsertions.Where(asked => errors[asked.Name].Error is ErrorCode.None))
            {
                var mechanism = SaslMechanisms.FromScramNumber(asked.Mechanism)!.Value;
                store.Set(asked.Name, mechanism, ScramCredential.FromSaltedPassword(mechanism.Hash(), asked.SaltedPassword.Span, asked.Salt.ToArray(), asked.Iterations));
            }
        }
        catch (StorageException problem)
        {
            foreach (var user in errors.Where(user => user.Value.Error is ErrorCode.None).Select(user => user.Key).ToList())
            {
                errors[user] = (ErrorCode.KafkaStorageError, problem.Message);
            }
        }
    }

    private static (ErrorCode Error, string? Message) Problem(ScramStore store, AlterUserScramCredentialsRequestDeletion asked) =>
        Problem(asked.Name, asked.Mechanism) is { Error: not ErrorCode.None } wrong ? wrong
        : store.Find(asked.Name, SaslMechanisms.FromScramNumber(asked.Mechanism)!.Value) is null ? (ErrorCode.ResourceNotFound, "Attempt to delete a user credential that does not exist")
        : (ErrorCode.None, null);

    private static (ErrorCode Error, string? Message) Problem(AlterUserScramCredentialsRequestUpsertion asked) =>
        Problem(asked.Name, asked.Mechanism) is { Error: not ErrorCode.None } wrong ? wrong
        : asked.Iterations < ScramCredential.LowestIterations ? (ErrorCode.UnacceptableCredential, "Too few iterations")
        : asked.Iterations > ScramCredential.HighestIterations ? (ErrorCode.UnacceptableCredential, "Too many iterations")
        : (ErrorCode.None, null);

    private static (ErrorCode Error, string? Message) Problem(string user, sbyte mechanism) =>
        user.Length == 0 ? (ErrorCode.UnacceptableCredential, "Username must not be empty")
        : SaslMechanisms.FromScramNumber(mechanism) is null ? (ErrorCode.UnsupportedSaslMechanism, "Unknown SCRAM mechanism")
        : (ErrorCode.None, null);
}
