using System.Collections.Concurrent;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>Users made with AlterUserScramCredentials, kept in the metadata log (KIP-554). Lookups take no lock; a change is on the disk when it returns.</summary>
internal sealed class ScramStore : IMetadataState
{
    private readonly ConcurrentDictionary<(string User, SaslMechanism Mechanism), ScramCredential> _credentials = new();
    private MetadataLog? _log;

    /// <summary>Changes are written there.</summary>
    public void Attach(MetadataLog log) => _log = log;

    public ScramCredential? Find(string user, SaslMechanism mechanism) => _credentials.GetValueOrDefault((user, mechanism));

    /// <summary>The mechanisms of each user with their iterations, by name.</summary>
    public IReadOnlyList<IGrouping<string, (SaslMechanism Mechanism, int Iterations)>> Describe() =>
    [
        .. _credentials.OrderBy(one => one.Key.User, StringComparer.Ordinal).ThenBy(one => one.Key.Mechanism)
            .GroupBy(one => one.Key.User, one => (one.Key.Mechanism, one.Value.Iterations), StringComparer.Ordinal),
    ];

    /// <exception cref="StorageException">It could not be written.</exception>
    public void Set(string user, SaslMechanism mechanism, ScramCredential credential) =>
        Append(new ScramCredentialRecord(user, mechanism.KafkaName(), credential.Salt, credential.StoredKey, credential.ServerKey, credential.Iterations));

    /// <exception cref="StorageException">It could not be written.</exception>
    public void Remove(string user, SaslMechanism mechanism) => Append(new RemoveScramCredentialRecord(user, mechanism.KafkaName()));

    public void Apply(MetadataRecord record)
    {
        switch (record)
        {
            case ScramCredentialRecord set when SaslMechanisms.Find(set.Mechanism) is { } mechanism:
                _credentials[(set.User, mechanism)] = new(mechanism.Hash(), set.Salt, set.StoredKey, set.ServerKey, set.Iterations);
                break;
            case RemoveScramCredentialRecord removed when SaslMechanisms.Find(removed.Mechanism) is { } mechanism:
                _credentials.TryRemove((removed.User, mechanism), out _);
                break;
        }
    }

    public IEnumerable<MetadataRecord> Snapshot() => _credentials.Select(one =>
        new ScramCredentialRecord(one.Key.User, one.Key.Mechanism.KafkaName(), one.Value.Salt, one.Value.StoredKey, one.Value.ServerKey, one.Value.Iterations));

    private void Append(MetadataRecord record) => (_log ?? throw new InvalidOperationException("Not attached to a metadata log.")).Append(record);
}
