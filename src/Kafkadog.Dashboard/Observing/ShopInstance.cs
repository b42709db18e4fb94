using System.Text.Json.Serialization;

namespace Kafkadog.Dashboard.Observing;

/// <summary>One process of the shop.</summary>
/// <param name="Name">Role and number, such as <c>payment-service-2</c>.</param>
/// <param name="State">As the supervisor says, or found out by asking the service when there is none.</param>
/// <param name="Since">When it came into this state; null when nobody can tell.</param>
public sealed record ShopInstance(
    string Name,
    string Role,
    int Number,
    string Url,
    ShopInstanceState State,
    int? ProcessId = null,
    DateTimeOffset? Since = null,
    double? UptimeSeconds = null,
    int Restarts = 0,
    LastExit? LastExit = null,
    long ResidentBytes = 0,
    double CpuPercent = 0)
{
    public string Letter => MemberLetter.Of(Name);

    public int Colour => MemberLetter.Colour(Name);

    /// <summary>Whether it can be asked: a frozen process takes connections and never answers.</summary>
    public bool Answers => State is ShopInstanceState.Ready or ShopInstanceState.Starting;

    public bool IsService => Role is not ("broker" or "dashboard" or "console");
}

/// <param name="Reason">Such as <c>exit code 3</c>, <c>signal 9</c>, <c>stopped</c> or <c>killed</c>.</param>
public sealed record LastExit(string Reason, int? Code, DateTimeOffset At);

[JsonConverter(typeof(JsonStringEnumConverter<ShopInstanceState>))]
public enum ShopInstanceState
{
    Starting,
    Ready,
    Restarting,
    Frozen,
    Stopping,
    Stopped,
    Killed,

    /// <summary>It does not answer and nobody can say why.</summary>
    Silent,
}
