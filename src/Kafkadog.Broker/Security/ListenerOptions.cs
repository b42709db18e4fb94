namespace Kafkadog.Broker.Security;

/// <summary>One address the broker listens on. A client is told to connect to the advertised address of the listener by which it came.</summary>
public sealed record ListenerOptions
{
    /// <summary>Its name, as in Kafka's <c>listeners</c>; unique among the listeners of a broker.</summary>
    public string Name { get; init; } = "PLAINTEXT";

    /// <summary>The address to listen on: an IP address, <c>localhost</c>, or a name that resolves to one. <c>0.0.0.0</c> for all.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>What a client has to do before it may ask anything.</summary>
    public SecurityProtocol Protocol { get; init; }

    /// <summary>The host that clients are told to connect to; null for <see cref="Host"/> (<c>localhost</c> if that means all addresses).</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The port that clients are told to connect to, 1 to 65535; null for the port it listens on.</summary>
    public int? AdvertisedPort { get; init; }
}
