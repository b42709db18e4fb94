using Kafkadog.Broker;

namespace Kafkadog;

/// <summary>What the process answers to a script. Each is documented in <c>kafkadog --help</c>.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command ran and did not succeed; the error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The named topic, group, instance or role does not exist.</summary>
    public const int NotFound = 3;

    /// <summary>No Kafka broker, or no service, answers at the address.</summary>
    public const int Unreachable = 4;

    /// <summary>A port that a role needs belongs to another program.</summary>
    public const int PortTaken = 5;

    /// <summary>Another <c>kafkadog up</c> runs on the same data directory.</summary>
    public const int AlreadyRunning = 6;

    /// <summary>The command needs a running <c>kafkadog up</c>.</summary>
    public const int NotRunning = 7;

    /// <summary>The data directory cannot be written: permissions or a full disk.</summary>
    public const int DataDirectory = 8;

    /// <summary>The data directory was written by another version.</summary>
    public const int DataVersion = 9;

    /// <summary>The broker, or the person asked, said no.</summary>
    public const int Refused = 10;

    /// <summary>Files of the data directory are damaged.</summary>
    public const int Damaged = 11;

    /// <summary>The start scripts found no .NET 10 SDK.</summary>
    public const int NoSdk = 69;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    public static IReadOnlyList<(int Code, string Meaning)> Table { get; } =
    [
        (Ok, "done"),
        (Failed, "did not succeed"),
        (Usage, "wrong usage"),
        (NotFound, "no such topic, group, instance or role"),
        (Unreachable, "no broker or service answers"),
        (PortTaken, "a port is taken"),
        (AlreadyRunning, "already running on this data directory"),
        (NotRunning, "nothing is running on this data directory"),
        (DataDirectory, "the data directory cannot be written"),
        (DataVersion, "the data directory is of another version"),
        (Refused, "refused"),
        (Damaged, "files of the data directory are damaged"),
        (NoSdk, "the .NET 10 SDK is missing"),
        (Interrupted, "interrupted"),
    ];

    /// <summary>What it is called when the embedded broker did not start.</summary>
    public static int Of(BrokerStartFailure failure) => failure switch
    {
        BrokerStartFailure.PortTaken => PortTaken,
        BrokerStartFailure.DataDirectoryUnwritable => DataDirectory,
        BrokerStartFailure.DataDirectoryInUse => AlreadyRunning,
        BrokerStartFailure.DataDirectoryForeign => DataVersion,
        BrokerStartFailure.InvalidOption or BrokerStartFailure.AddressUnusable => Usage,
        _ => Failed,
    };
}
