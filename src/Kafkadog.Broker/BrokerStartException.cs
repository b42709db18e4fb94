namespace Kafkadog.Broker;

/// <summary>Why a broker did not start.</summary>
public enum BrokerStartFailure
{
    /// <summary>Another process listens on the port.</summary>
    PortTaken,

    /// <summary>The host is not an address of this machine, or the port may not be used.</summary>
    AddressUnusable,

    /// <summary>The data directory or a file in it cannot be written.</summary>
    DataDirectoryUnwritable,

    /// <summary>Another broker has the data directory open.</summary>
    DataDirectoryInUse,

    /// <summary>A newer version of this program, another node or another cluster wrote the data directory.</summary>
    DataDirectoryForeign,

    /// <summary>The data directory could not be read.</summary>
    DataDirectoryUnreadable,

    /// <summary>An option is outside its range.</summary>
    InvalidOption,
}

/// <summary>A broker could not start. The message says what to do next.</summary>
public sealed class BrokerStartException(BrokerStartFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The kind of failure, for programs.</summary>
    public BrokerStartFailure Failure { get; } = failure;
}
