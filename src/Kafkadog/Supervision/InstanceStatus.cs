using System.Text.Json.Serialization;

namespace Kafkadog.Supervision;

[JsonConverter(typeof(JsonStringEnumConverter<InstanceState>))]
internal enum InstanceState
{
    Starting,
    Ready,

    /// <summary>Crashed; waits to be started again.</summary>
    Restarting,

    /// <summary>SIGSTOP: it exists and does nothing, so that Kafka must notice by its session timeout.</summary>
    Frozen,
    Stopping,
    Stopped,

    /// <summary>Ended by <c>kafkadog kill</c> and left down, so that its absence can be studied.</summary>
    Killed,
}

/// <summary>What the control endpoint tells about one instance.</summary>
/// <param name="Name">Role and number, such as <c>payment-service-2</c>.</param>
/// <param name="ProcessId">Null while no process runs.</param>
/// <param name="Since">When it came into its state.</param>
/// <param name="UptimeSeconds">Since the process started; null while none runs.</param>
/// <param name="Restarts">How often it was started again after a crash.</param>
/// <param name="LastExit">How its last process ended; null while none has.</param>
/// <param name="CpuSeconds">Processor time since the process started.</param>
/// <param name="CpuPercent">Of one core, over the time since the previous question, at least half a second.</param>
internal sealed record InstanceStatus(
    string Name,
    string Role,
    int Number,
    int? ProcessId,
    int Port,
    string Url,
    InstanceState State,
    DateTimeOffset Since,
    double? UptimeSeconds,
    int Restarts,
    InstanceExit? LastExit,
    long ResidentBytes,
    double CpuSeconds,
    double CpuPercent,
    string LogFile);

/// <param name="Reason"><c>stopped</c> or <c>killed</c> when somebody asked for it, else <c>exit code 3</c> or <c>signal 9</c>.</param>
internal sealed record InstanceExit(string Reason, int Code, DateTimeOffset At);
