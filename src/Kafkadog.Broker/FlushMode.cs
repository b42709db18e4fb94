namespace Kafkadog.Broker;

/// <summary>When appended bytes are forced to the disk (fsync). Process death loses nothing acknowledged in any mode; power loss does as told here.</summary>
public enum FlushMode
{
    /// <summary>The operating system decides, as in Apache Kafka's defaults: power loss can lose everything since its last write-back.</summary>
    Os,

    /// <summary>Dirty files are flushed every 50 ms off the append path: power loss loses at most about that much.</summary>
    Interval,

    /// <summary>The high watermark follows the flushed offset: acks=all answers after a group-commit fsync and loses nothing; acks=1 does not wait.</summary>
    Durable,
}
