using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Security.Sasl;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Security.Sasl;

public sealed class SaslSessionTests
{
    private static readonly byte[] Alice = Encoding.UTF8.GetBytes("\0alice\0secret");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Session_that_lasted_long_enough_takes_a_handshake_only()
    {
        var session = LoggedIn(TimeSpan.FromMinutes(5));
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(SaslAdmission.Serve, session.Admit(ApiKey.Produce));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(SaslAdmission.Close, session.Admit(ApiKey.Produce));
        Assert.Equal(SaslAdmission.Serve, session.Admit(ApiKey.SaslHandshake));

        Assert.Equal(ErrorCode.None, session.Handshake("PLAIN", bareTokens: false));
        Assert.Equal("alice", session.Evaluate(Alice)!.Value.User);
        Assert.Equal(SaslAdmission.Serve, session.Admit(ApiKey.Produce));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SaslAdmission.Close, session.Admit(ApiKey.Produce));
    }

    [Fact]
    public void Session_without_end_takes_no_second_handshake()
    {
        var session = LoggedIn(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromDays(365));
        Assert.Equal(SaslAdmission.Serve, session.Admit(ApiKey.Produce));
        Assert.Equal(ErrorCode.IllegalSaslState, session.Handshake("PLAIN", bareTokens: false));
        Assert.Null(session.Evaluate(Alice));
        Assert.Equal("User:alice", session.Principal!.ToString());
    }

    [Fact]
    public void Authenticating_again_is_possible_once_a_second()
    {
        var session = LoggedIn(TimeSpan.FromMinutes(5));
        Assert.Equal(ErrorCode.None, session.Handshake("PLAIN", bareTokens: false));
        session.Evaluate(Alice);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(ErrorCode.IllegalSaslState, session.Handshake("PLAIN", bareTokens: false));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.None, session.Handshake("PLAIN", bareTokens: false));
    }

    [Fact]
    public void Mechanism_cannot_change_when_authenticating_again()
    {
        var session = LoggedIn(TimeSpan.FromMinutes(5));
        Assert.Equal(ErrorCode.None, session.Handshake("SCRAM-SHA-256", bareTokens: false));
        Assert.Contains("re-authentication", session.Evaluate("n,,n=alice,r=abc"u8)!.Value.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_else_passes_between_handshake_and_token()
    {
        var session = Session(TimeSpan.Zero);
        Assert.Equal(SaslAdmission.Close, session.Admit(ApiKey.Produce));
        Assert.Equal(SaslAdmission.Close, session.Admit(ApiKey.SaslAuthenticate));
        session.Handshake("PLAIN", bareTokens: false);
        Assert.Equal(SaslAdmission.Refuse, session.Admit(ApiKey.Produce));
        Assert.Equal(SaslAdmission.Refuse, session.Admit(ApiKey.SaslHandshake));
        Assert.Equal(SaslAdmission.Serve, session.Admit(ApiKey.SaslAuthenticate));
    }

    [Fact]
    public void Passwords_stay_out_of_logs()
    {
        var text = new BrokerOptions
        {
            Sasl = new SaslOptions { Users = new Dictionary<string, string> { ["alice"] = "hush" } },
            Tls = new() { CertificateFile = "broker.pfx", Password = "hush" },
        }.ToString();
        Assert.Contains("Users = 1", text, StringComparison.Ordinal);
        Assert.Contains("broker.pfx", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    private SaslSession LoggedIn(TimeSpan lifetime)
    {
        var session = Session(lifetime);
        session.Handshake("PLAIN", bareTokens: false);
        Assert.Equal("alice", session.Evaluate(Alice)!.Value.User);
        return session;
    }

    private SaslSession Session(TimeSpan lifetime)
    {
        var options = new SaslOptions { Users = new Dictionary<string, string> { ["alice"] = "secret" }, MaxReauthentication = lifetime };
        return new SaslSession(options, new SaslUsers(options, new ScramStore()), _time);
    }
}
