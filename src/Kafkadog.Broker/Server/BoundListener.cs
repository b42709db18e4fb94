using Kafkadog.Broker.Security;

namespace Kafkadog.Broker.Server;

/// <summary>A listener with the port it got and where its clients are told to connect.</summary>
internal sealed record BoundListener(ListenerOptions Options, int Port, Endpoint Advertised)
{
    /// <summary>As Kafka's <c>listeners</c> has it.</summary>
    public string Listening => $"{Options.Name}://{new Endpoint(Options.Host, Port)}";

    /// <summary>As Kafka's <c>advertised.listeners</c> has it.</summary>
    public string Advertising => $"{Options.Name}://{Advertised}";
}
