using System.Security.Cryptography;
using System.Text;
using Kafkadog.Broker.Security.Sasl;

namespace Kafkadog.Broker.Tests.Security.Sasl;

public sealed class ScramServerTests
{
    /// <summary>The exchanges of RFC 5802, section 5, and RFC 7677, section 3.</summary>
    [Theory]
    [InlineData("SHA1", "QSXCR+Q6sek8bf92", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ=")]
    [InlineData("SHA256", "W22ZaJ0SNY7soEsUEjb6gQ==", "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    public void Exchanges_of_the_standards_come_out_as_written(string hash, string salt, string clientNonce, string serverNonce, string proof, string signature)
    {
        var server = Server("user", ScramCredential.FromPassword(new HashAlgorithmName(hash), "pencil", Convert.FromBase64String(salt)), serverNonce);
        var first = Say(server, $"n,,n=user,r={clientNonce}");
        Assert.Equal($"r={clientNonce}{serverNonce},s={salt},i=4096", Encoding.UTF8.GetString(first.Answer));
        Assert.Null(first.User);
        var last = Say(server, $"c=biws,r={clientNonce}{serverNonce},p={proof}");
        Assert.Equal(("user", $"v={signature}"), (last.User, Encoding.UTF8.GetString(last.Answer)));
    }

    [Theory]
    [InlineData("c=biws,r=abcXYZ,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=abc,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=abcXYZ,p=AAAA")]
    [InlineData("c=biws,r=abcXYZ,p=A")]
    [InlineData("c=eSws,r=abcXYZ,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=abcXYZ")]
    [InlineData("")]
    public void Last_message_that_does_not_fit_fails(string last)
    {
        var server = Server("user", ScramCredential.FromPassword(HashAlgorithmName.SHA256, "pencil", new byte[16]), "XYZ");
        Say(server, "n,,n=user,r=abc");
        Assert.Equal("", Say(server, last).Failure);
    }

    [Theory]
    [InlineData("n,,n=al=2Cice,r=abc", "al,ice")]
    [InlineData("n,,n=al=3Dice,r=abc", "al=ice")]
    [InlineData("n,,n=al=3D2Cice,r=abc", "al=2Cice")]
    [InlineData("n,,n=Ålice,r=abc", "Ålice")]
    [InlineData("n,a=al=2Cice,n=al=2Cice,r=abc", "al,ice")]
    [InlineData("n,,n=alice,r=abc,x=more", "alice")]
    [InlineData("n,,m=ext,n=alice,r=abc", "alice")]
    [InlineData("n,,n=al=ice,r=abc", null)]
    [InlineData("n,,n=al=2cice,r=abc", null)]
    [InlineData("n,,n=,r=abc", null)]
    [InlineData("n,,n=alice,r=", null)]
    [InlineData("n,,n=alice", null)]
    [InlineData("n,,r=abc,n=alice", null)]
    [InlineData("n,n=alice,r=abc", null)]
    [InlineData("y,,n=alice,r=abc", null)]
    [InlineData("p=tls-unique,,n=alice,r=abc", null)]
    public void First_message_names_the_user(string message, string? user) => Assert.Equal(user, ScramFirst.Parse(message)?.User);

    [Fact]
    public void Client_without_channel_binding_proves_also_whom_it_acts_for()
    {
        var credential = ScramCredential.FromPassword(HashAlgorithmName.SHA512, "pencil", new byte[16]);
        Assert.Equal("Authentication failed: Client requested an authorization id that is different from username", Say(Server("user", credential, "XYZ"), "n,a=other,n=user,r=abc").Failure);

        var server = Server("user", credential, "XYZ");
        Assert.Null(Say(server, "n,a=user,n=user,r=abc").Failure);

        // "biws" is the header without it.
        Assert.Equal("", Say(server, $"c=biws,r=abcXYZ,p={Convert.ToBase64String(new byte[64])}").Failure);
    }

    [Fact]
    public void What_is_kept_of_a_password_does_not_log_in_and_stays_out_of_logs()
    {
        var credential = ScramCredential.FromPassword(HashAlgorithmName.SHA256, "pencil", new byte[16]);
        Assert.False(credential.Accepts("message"u8, credential.StoredKey));
        Assert.False(credential.Accepts("message"u8, credential.ServerKey));
        Assert.Equal("ScramCredential { Hash = SHA256, Iterations = 4096 }", credential.ToString());
    }

    private static ScramServer Server(string user, ScramCredential credential, string nonce) => new(name => name == user ? credential : null, nonce);

    private static SaslStep Say(ScramServer server, string message) => server.Evaluate(Encoding.UTF8.GetBytes(message));
}
