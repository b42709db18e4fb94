using System.Globalization;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>The transaction settings of the broker; names and defaults are Apache Kafka's.</summary>
internal sealed record TransactionOptions
{
    /// <summary><c>transaction.max.timeout.ms</c>: the longest time a producer may ask for.</summary>
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary><c>transaction.state.log.num.partitions</c>, used when <c>__transaction_state</c> is made.</summary>
    public int LogPartitions { get; init; } = 50;

    /// <summary><c>transaction.state.log.segment.bytes</c>, used when <c>__transaction_state</c> is made.</summary>
    public int LogSegmentBytes { get; init; } = TransactionTopicLog.DefaultSegmentBytes;

    /// <summary><c>transactional.id.expiration.ms</c>: an id nobody used for this long is forgotten.</summary>
    public TimeSpan IdExpiration { get; init; } = TimeSpan.FromDays(7);

    /// <summary><c>transaction.abort.timed.out.transaction.cleanup.interval.ms</c>: how often transactions that are open for too long are looked for.</summary>
    public TimeSpan TimeoutCheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>transaction.remove.expired.transaction.cleanup.interval.ms</c>: how often expired ids are looked for.</summary>
    public TimeSpan ExpirationCheckInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a marker that could not be written waits for its next try.</summary>
    public TimeSpan MarkerRetryBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="BrokerStartException">A setting is not a number in its range.</exception>
    public static TransactionOptions From(BrokerOptions options)
    {
        var defaults = new TransactionOptions();
        return new TransactionOptions
        {
            MaxTimeout = Milliseconds("transaction.max.timeout.ms", defaults.MaxTimeout),
            LogPartitions = Number("transaction.state.log.num.partitions", defaults.LogPartitions, 1, Storage.TopicRegistry.MaxPartitionsPerTopic),
            LogSegmentBytes = Number("transaction.state.log.segment.bytes", defaults.LogSegmentBytes, Storage.TopicConfigs.LeastSegmentBytes),
            IdExpiration = Milliseconds("transactional.id.expiration.ms", defaults.IdExpiration),
            TimeoutCheckInterval = Milliseconds("transaction.abort.timed.out.transaction.cleanup.interval.ms", defaults.TimeoutCheckInterval),
            ExpirationCheckInterval = Milliseconds("transaction.remove.expired.transaction.cleanup.interval.ms", defaults.ExpirationCheckInterval),
        };

        TimeSpan Milliseconds(string name, TimeSpan fallback) => TimeSpan.FromMilliseconds(Number(name, (int)fallback.TotalMilliseconds, 1));

        int Number(string name, int fallback, int least, int most = int.MaxValue)
        {
            if (!options.Configs.TryGetValue(name, out var text)) return fallback;
            return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new BrokerStartException(BrokerStartFailure.InvalidOption, $"{name} must be a whole number from {least} to {most}, not '{text}'.");
        }
    }
}
