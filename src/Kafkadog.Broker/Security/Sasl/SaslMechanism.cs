using System.Security.Cryptography;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>How a client proves that it knows the password.</summary>
public enum SaslMechanism
{
    /// <summary>It sends the password (RFC 4616). Only as secret as the connection.</summary>
    Plain,

    /// <summary>It proves the password without sending it, with SHA-256 (RFC 7677).</summary>
    ScramSha256,

    /// <summary>It proves the password without sending it, with SHA-512.</summary>
    ScramSha512,
}

internal static class SaslMechanisms
{
    public static string KafkaName(this SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.Plain => "PLAIN",
        SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
        _ => "SCRAM-SHA-512",
    };

    /// <summary>Null for one that this broker does not know.</summary>
    public static SaslMechanism? Find(string kafkaName) => kafkaName switch
    {
        "PLAIN" => SaslMechanism.Plain,
        "SCRAM-SHA-256" => SaslMechanism.ScramSha256,
        "SCRAM-SHA-512" => SaslMechanism.ScramSha512,
        _ => null,
    };

    /// <summary>The number of a SCRAM mechanism in the APIs that administer its users (KIP-554).</summary>
    public static sbyte ScramNumber(this SaslMechanism mechanism) => mechanism is SaslMechanism.ScramSha256 ? (sbyte)1 : (sbyte)2;

    /// <inheritdoc cref="ScramNumber"/>
    public static SaslMechanism? FromScramNumber(sbyte number) => number switch
    {
        1 => SaslMechanism.ScramSha256,
        2 => SaslMechanism.ScramSha512,
        _ => null,
    };

    public static HashAlgorithmName Hash(this SaslMechanism mechanism) => mechanism is SaslMechanism.ScramSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
}
