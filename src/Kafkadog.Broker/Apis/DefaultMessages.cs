namespace Kafkadog.Broker.Apis;

/// <summary>What Apache Kafka says of an error when it has nothing more to say.</summary>
internal static class DefaultMessages
{
    public const string InvalidRequest =
        "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.";
}
