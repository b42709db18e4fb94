using System.Security.Cryptography;
using System.Text;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>
/// What the broker keeps of a password (RFC 5802, section 3): enough to check a proof, too little to make one.
/// </summary>
internal sealed record ScramCredential(HashAlgorithmName Hash, byte[] Salt, byte[] StoredKey, byte[] ServerKey, int Iterations)
{
    /// <summary>What both mechanisms ask for (RFC 7677, section 4).</summary>
    public const int LowestIterations = 4096;

    /// <summary>Apache Kafka's bound.</summary>
    public const int HighestIterations = 16_384;

    public static ScramCredential FromPassword(HashAlgorithmName hash, string password, byte[] salt, int iterations = LowestIterations) =>
        FromSaltedPassword(hash, Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, hash, Size(hash)), salt, iterations);

    public static ScramCredential FromSaltedPassword(HashAlgorithmName hash, ReadOnlySpan<byte> saltedPassword, byte[] salt, int iterations) => new(
        hash,
        salt,
        CryptographicOperations.HashData(hash, CryptographicOperations.HmacData(hash, saltedPassword, "Client Key"u8)),
        CryptographicOperations.HmacData(hash, saltedPassword, "Server Key"u8),
        iterations);

    /// <summary>Whether the proof was made with the password, for that exchange of messages. Takes the same time whether or not.</summary>
    public bool Accepts(ReadOnlySpan<byte> authMessage, ReadOnlySpan<byte> proof)
    {
        if (proof.Length != StoredKey.Length)
        {
            return false;
        }

        var clientKey = CryptographicOperations.HmacData(Hash, StoredKey, authMessage);
        for (var at = 0; at < clientKey.Length; at++)
        {
            clientKey[at] ^= proof[at];
        }

        return CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(Hash, clientKey), StoredKey);
    }

    /// <summary>By which the client sees that this broker knows its password as well.</summary>
    public byte[] ServerSignature(ReadOnlySpan<byte> authMessage) => CryptographicOperations.HmacData(Hash, ServerKey, authMessage);

    private static int Size(HashAlgorithmName hash) => CryptographicOperations.HashData(hash, []).Length;

    // Keys stay out of logs.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Hash = {Hash}, Iterations = {Iterations}");
        return true;
    }
}
