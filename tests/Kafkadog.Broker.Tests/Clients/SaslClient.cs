using System.Security.Cryptography;
using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>How the tests log in over a bare connection, step by step or in one go.</summary>
internal static class SaslClient
{
    public static Task<SaslHandshakeResponse> HandshakeAsync(this WireClient client, string mechanism, CancellationToken cancel, short version = 1) =>
        client.AskAsync<SaslHandshakeResponse>(ApiSchemas.SaslHandshake, version, new SaslHandshakeRequest { Mechanism = mechanism }, cancel);

    public static Task<SaslAuthenticateResponse> AuthenticateAsync(this WireClient client, string token, CancellationToken cancel, short version = 2) =>
        client.AskAsync<SaslAuthenticateResponse>(ApiSchemas.SaslAuthenticate, version, new SaslAuthenticateRequest { AuthBytes = Encoding.UTF8.GetBytes(token) }, cancel);

    /// <summary>A connection whose user is logged in with PLAIN.</summary>
    public static async Task<WireClient> LogInAsync(int port, string user, string password, CancellationToken cancel)
    {
        var client = await WireClient.ConnectAsync(port, cancel);
        await client.HandshakeAsync("PLAIN", cancel);
        var answer = await client.AuthenticateAsync($"\0{user}\0{password}", cancel);
        Assert.Equal((ErrorCode.None, ""), (answer.ErrorCode, answer.ErrorMessage));
        return client;
    }

    /// <summary>A whole SCRAM exchange; returns the last answer, whose signature was checked if it has one.</summary>
    public static async Task<SaslAuthenticateResponse> ScramAsync(this WireClient client, HashAlgorithmName hash, string user, string password, CancellationToken cancel)
    {
        const string Nonce = "fyko+d2lbbFgONRv9qkxdawL";
        var bare = $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={Nonce}";
        var first = await client.AuthenticateAsync($"n,,{bare}", cancel);
        if (first.ErrorCode is not ErrorCode.None)
        {
            return first;
        }

        var serverFirst = Encoding.UTF8.GetString(first.AuthBytes.Span);
        var parts = serverFirst.Split(',');
        Assert.StartsWith($"r={Nonce}", parts[0], StringComparison.Ordinal);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(parts[1][2..]), int.Parse(parts[2][2..], System.Globalization.CultureInfo.InvariantCulture), hash, hash == HashAlgorithmName.SHA256 ? 32 : 64);
        var withoutProof = $"c=biws,{parts[0]}";
        var message = Encoding.UTF8.GetBytes($"{bare},{serverFirst},{withoutProof}");
        var proof = CryptographicOperations.HmacData(hash, salted, "Client Key"u8);
        var signature = CryptographicOperations.HmacData(hash, CryptographicOperations.HashData(hash, proof), message);
        for (var at = 0; at < proof.Length; at++)
        {
            proof[at] ^= signature[at];
        }

        var last = await client.AuthenticateAsync($"{withoutProof},p={Convert.ToBase64String(proof)}", cancel);
        if (last.ErrorCode is ErrorCode.None)
        {
            var expected = CryptographicOperations.HmacData(hash, CryptographicOperations.HmacData(hash, salted, "Server Key"u8), message);
            Assert.Equal($"v={Convert.ToBase64String(expected)}", Encoding.UTF8.GetString(last.AuthBytes.Span));
        }

        return last;
    }
}
