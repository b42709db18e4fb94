using System.Security.Cryptography;
using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Logging in over a bare connection: what is answered, in which words, and when the connection is closed.</summary>
public abstract class SaslConformance(SecureTarget target)
{
    private const string Plain = "PLAIN", Sha256 = "SCRAM-SHA-256", Sha512 = "SCRAM-SHA-512";
    private const string InvalidScram = "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256";
    private const string InvalidUser = "Authentication failed: Invalid username or password";
    private const string OtherAuthorizationId = "Authentication failed: Client requested an authorization id that is different from username";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Token(string user, string password) => $"\0{user}\0{password}";

    [Theory]
    [InlineData("\0admin\0wrong", InvalidUser)]
    [InlineData("\0nobody\0admin-secret", InvalidUser)]
    [InlineData("\0admin\0user-secret", InvalidUser)]
    [InlineData("user\0admin\0admin-secret", OtherAuthorizationId)]
    [InlineData("admin\0admin-secret", "Invalid SASL/PLAIN response: expected 3 tokens, got 2")]
    [InlineData("\0admin\0admin-secret\0", "Invalid SASL/PLAIN response: expected 3 tokens, got 4")]
    [InlineData("", "Invalid SASL/PLAIN response: expected 3 tokens, got 1")]
    [InlineData("\0\0admin-secret", "Authentication failed: username not specified")]
    [InlineData("\0admin\0", "Authentication failed: password not specified")]
    public async Task Plain_is_refused_in_these_words_and_the_connection_closed(string token, string message) => await RefusedAsync(Plain, token, message);

    [Theory]
    [InlineData("gibberish", InvalidScram)]
    [InlineData("n,,n=nobody,r=abc", InvalidScram)]
    [InlineData("y,,n=admin,r=abc", InvalidScram)]
    [InlineData("p=tls-unique,,n=admin,r=abc", InvalidScram)]
    [InlineData("n,a=user,n=admin,r=abc", OtherAuthorizationId)]
    public async Task Scram_is_refused_in_these_words_and_the_connection_closed(string token, string message) => await RefusedAsync(Sha256, token, message);

    [Fact]
    public async Task Wrong_password_and_wrong_nonce_of_scram_get_the_same_words()
    {
        using var wrong = await ConnectAsync();
        await wrong.HandshakeAsync(Sha256, Cancel);
        var answer = await wrong.ScramAsync(HashAlgorithmName.SHA256, SecureTarget.Admin, "wrong", Cancel);
        Assert.Equal((ErrorCode.SaslAuthenticationFailed, InvalidScram), (answer.ErrorCode, answer.ErrorMessage));
        Assert.Null(await wrong.ReceiveAsync(Cancel));

        using var stale = await ConnectAsync();
        await stale.HandshakeAsync(Sha256, Cancel);
        await stale.AuthenticateAsync("n,,n=admin,r=abc", Cancel);
        answer = await stale.AuthenticateAsync($"c=biws,r=abc,p={Convert.ToBase64String(new byte[32])}", Cancel);
        Assert.Equal((ErrorCode.SaslAuthenticationFailed, InvalidScram), (answer.ErrorCode, answer.ErrorMessage));
        Assert.Null(await stale.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Scram_of_both_kinds_logs_in_and_the_broker_proves_itself()
    {
        foreach (var (mechanism, hash) in ((string, HashAlgorithmName)[])[(Sha256, HashAlgorithmName.SHA256), (Sha512, HashAlgorithmName.SHA512)])
        {
            using var client = await ConnectAsync();
            Assert.Equal(ErrorCode.None, (await client.HandshakeAsync(mechanism, Cancel)).ErrorCode);
            var done = await client.ScramAsync(hash, SecureTarget.Admin, SecureTarget.AdminPassword, Cancel);
            Assert.Equal((ErrorCode.None, "", SecureTarget.SessionLifetime.TotalMilliseconds), (done.ErrorCode, done.ErrorMessage, done.SessionLifetimeMs));
            Assert.NotNull((await MetadataAsync(client)).ClusterId);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task Plain_logs_in_by_every_version_and_newer_ones_tell_how_long_it_holds(short version, bool tellsLifetime)
    {
        using var client = await ConnectAsync();
        var handshake = await client.HandshakeAsync(Plain, Cancel);
        Assert.Equal(ErrorCode.None, handshake.ErrorCode);
        Assert.Equal([Plain, Sha512, Sha256], handshake.Mechanisms);
        var answer = await client.AuthenticateAsync(Token("admin", "admin-secret"), Cancel, version);
        Assert.Equal((ErrorCode.None, ""), (answer.ErrorCode, answer.ErrorMessage));
        Assert.Equal(tellsLifetime ? SecureTarget.SessionLifetime.TotalMilliseconds : 0, answer.SessionLifetimeMs);
        Assert.NotNull((await MetadataAsync(client)).ClusterId);
    }

    [Fact]
    public async Task Unknown_mechanism_is_answered_with_those_there_are_and_the_connection_closed()
    {
        using var client = await ConnectAsync();
        var answer = await client.HandshakeAsync("GSSAPI", Cancel);
        Assert.Equal(ErrorCode.UnsupportedSaslMechanism, answer.ErrorCode);
        Assert.Equal([Plain, Sha512, Sha256], answer.Mechanisms);
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Old_handshake_goes_on_with_bare_tokens()
    {
        using var client = await ConnectAsync();
        Assert.Equal(ErrorCode.None, (await client.HandshakeAsync(Plain, Cancel, version: 0)).ErrorCode);
        await SendTokenAsync(client, Token("admin", "admin-secret"));
        Assert.Empty((await client.ReceiveAsync(Cancel))!);
        Assert.NotNull((await MetadataAsync(client)).ClusterId);

        using var wrong = await ConnectAsync();
        await wrong.HandshakeAsync(Plain, Cancel, version: 0);
        await SendTokenAsync(wrong, Token("admin", "wrong"));
        Assert.Null(await wrong.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Nothing_but_versions_and_handshake_comes_first()
    {
        foreach (var (api, version, request) in ((ApiSchema, short, IMessage)[])
        [
            (ApiSchemas.Metadata, 12, new MetadataRequest()),
            (ApiSchemas.SaslAuthenticate, 2, new SaslAuthenticateRequest { AuthBytes = Encoding.UTF8.GetBytes(Token("admin", "admin-secret")) }),
        ])
        {
            using var client = await ConnectAsync();
            await client.SendAsync(WireClient.Frame(api, version, 1, request), Cancel);
            Assert.Null(await client.ReceiveAsync(Cancel));
        }
    }

    [Fact]
    public async Task Versions_are_told_once_and_before_the_handshake()
    {
        using var twice = await ConnectAsync();
        Assert.Equal(ErrorCode.None, (await VersionsAsync(twice)).ErrorCode);
        await twice.SendAsync(WireClient.Frame(ApiSchemas.ApiVersions, 0, 2, new ApiVersionsRequest()), Cancel);
        Assert.Null(await twice.ReceiveAsync(Cancel));

        using var late = await ConnectAsync();
        await late.HandshakeAsync(Plain, Cancel);
        Assert.Equal(ErrorCode.IllegalSaslState, (await VersionsAsync(late)).ErrorCode);
        Assert.Null(await late.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Second_handshake_instead_of_a_token_is_refused()
    {
        using var client = await ConnectAsync();
        await client.HandshakeAsync(Plain, Cancel);
        var again = await client.HandshakeAsync(Plain, Cancel);
        Assert.Equal(ErrorCode.IllegalSaslState, again.ErrorCode);
        Assert.Empty(again.Mechanisms);
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Listener_without_sasl_says_so_and_goes_on()
    {
        await target.StartAsync();
        using var client = await WireClient.ConnectAsync(target.Port, Cancel);
        Assert.Equal(ErrorCode.IllegalSaslState, (await client.HandshakeAsync(Plain, Cancel)).ErrorCode);
        var answer = await client.AuthenticateAsync(Token("admin", "admin-secret"), Cancel);
        Assert.Equal((ErrorCode.IllegalSaslState, "SaslAuthenticate request received after successful authentication"), (answer.ErrorCode, answer.ErrorMessage));
        Assert.NotNull((await MetadataAsync(client)).ClusterId);
    }

    [Fact]
    public async Task Client_authenticates_again_but_not_twice_in_a_second()
    {
        await target.StartAsync();
        using var client = await SaslClient.LogInAsync(target.SaslPort, "admin", "admin-secret", Cancel);
        Assert.Equal(ErrorCode.None, (await client.HandshakeAsync(Plain, Cancel)).ErrorCode);
        var again = await client.AuthenticateAsync(Token("admin", "admin-secret"), Cancel);
        Assert.Equal((ErrorCode.None, SecureTarget.SessionLifetime.TotalMilliseconds), (again.ErrorCode, again.SessionLifetimeMs));
        Assert.Equal(ErrorCode.IllegalSaslState, (await client.HandshakeAsync(Plain, Cancel)).ErrorCode);
        Assert.NotNull((await MetadataAsync(client)).ClusterId);
    }

    [Theory]
    [InlineData("\0user\0user-secret", "Cannot change principals during re-authentication from User.admin: User.user")]
    [InlineData("\0admin\0wrong", InvalidUser)]
    public async Task Other_user_or_password_when_authenticating_again_is_refused(string token, string message)
    {
        await target.StartAsync();
        using var client = await SaslClient.LogInAsync(target.SaslPort, "admin", "admin-secret", Cancel);
        await client.HandshakeAsync(Plain, Cancel);
        var again = await client.AuthenticateAsync(token, Cancel);
        Assert.Equal((ErrorCode.SaslAuthenticationFailed, message), (again.ErrorCode, again.ErrorMessage));
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Large_frame_of_a_stranger_is_not_read()
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Convert.FromHexString("000927C0"), Cancel);
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    private async Task RefusedAsync(string mechanism, string token, string message)
    {
        using var client = await ConnectAsync();
        await client.HandshakeAsync(mechanism, Cancel);
        var answer = await client.AuthenticateAsync(token, Cancel);
        Assert.Equal((ErrorCode.SaslAuthenticationFailed, message), (answer.ErrorCode, answer.ErrorMessage));
        Assert.Equal(0, answer.AuthBytes.Length);
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    private async Task<WireClient> ConnectAsync()
    {
        await target.StartAsync();
        return await WireClient.ConnectAsync(target.SaslPort, Cancel);
    }

    private static Task<ApiVersionsResponse> VersionsAsync(WireClient client) => client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, new ApiVersionsRequest(), Cancel);

    private static Task<MetadataResponse> MetadataAsync(WireClient client) => client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, Cancel);

    private static async Task SendTokenAsync(WireClient client, string token)
    {
        var bytes = Encoding.UTF8.GetBytes(token);
        await client.SendAsync(new byte[] { 0, 0, 0, (byte)bytes.Length }, Cancel);
        await client.SendAsync(bytes, Cancel);
    }
}

public sealed class SaslOnKafkadogTests(EmbeddedSecureTarget target) : SaslConformance(target), IClassFixture<EmbeddedSecureTarget>;

public sealed class SaslOnApacheKafkaTests(ApacheKafka kafka) : SaslConformance(new ApacheSecureTarget(kafka));
