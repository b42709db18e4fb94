namespace Kafkadog.Contracts;

/// <summary>The <c>data</c> of one event type.</summary>
public interface IShopEvent
{
    /// <summary>When it happened, by the clock of the service that published it.</summary>
    DateTimeOffset Ts { get; }

    /// <summary>Text of the partition key; null spreads records over partitions.</summary>
    string? Key { get; }

    /// <summary>Checks the values; the JSON types have been checked before.</summary>
    void Validate(Problems problems);
}

/// <summary>An event of one order, keyed by the order's id so that its records keep their order.</summary>
public interface IOrderEvent : IShopEvent
{
    Guid OrderId { get; }

    string IShopEvent.Key => OrderId.ToString();
}
