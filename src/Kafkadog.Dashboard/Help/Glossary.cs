namespace Kafkadog.Dashboard.Help;

/// <summary>What the words mean, in a sentence or two each. <c>Term</c> shows them in place, the glossary page all of them.</summary>
internal static class Glossary
{
    public static IReadOnlyList<GlossaryEntry> All { get; } =
    [
        // The log
        new("record", "Record", GlossaryPart.Log, "One message in a log: key, value, headers and timestamp. It is never changed, only written and, much later, dropped."),
        new("topic", "Topic", GlossaryPart.Log, "A named stream of records, such as orders.v1. It is split into partitions."),
        new("partition", "Partition", GlossaryPart.Log, "One append-only log of a topic. Order is kept inside a partition, and only there."),
        new("offset", "Offset", GlossaryPart.Log, "The number of a record in its partition, counted from 0. Topic, partition and offset name a record for good."),
        new("log-end-offset", "Log end offset", GlossaryPart.Log, "The offset the next record of the partition will get: one more than the last one's."),
        new("log-start-offset", "Log start offset", GlossaryPart.Log, "The oldest offset still there. It moves up when retention drops old segments."),
        new("high-watermark", "High watermark", GlossaryPart.Log, "Up to here, not including it, records are on all in-sync replicas and may be read. With one broker it is the log end offset."),
        new("last-stable-offset", "Last stable offset", GlossaryPart.Log, "Where the earliest open transaction begins, or the high watermark when none is open. Readers with read_committed stop here."),
        new("segment", "Segment", GlossaryPart.Log, "One file of a partition's log. Only whole segments are dropped or compacted, and never the one being written."),
        new("retention", "Retention", GlossaryPart.Log, "How long or how large a log may grow before its oldest segments are dropped, whether or not anybody has read them."),
        new("compaction", "Compaction", GlossaryPart.Log, "Keeps the last record of every key and drops the older ones, some time later. Offsets keep their numbers, so gaps appear."),
        new("key", "Key", GlossaryPart.Log, "Bytes that choose the partition: equal keys go to the same one, so that they stay in order. Here it is the order's id."),
        new("header", "Header", GlossaryPart.Log, "A name and bytes beside the value, readable without parsing it: event type, correlation id, retry count."),
        new("tombstone", "Tombstone", GlossaryPart.Log, "A record with a key and a null value: on a compacted topic it says that this key is deleted."),

        // Producing
        new("producer", "Producer", GlossaryPart.Writing, "A client that writes records. It chooses the partition itself, by the key."),
        new("acks", "acks", GlossaryPart.Writing, "How many replicas must have a record before the producer counts it as written: 0, 1, or all of those in sync."),
        new("idempotent-producer", "Idempotent producer", GlossaryPart.Writing, "Numbers its batches, so that the broker recognises one sent again after a lost answer and writes it only once."),
        new("transaction", "Transaction", GlossaryPart.Writing, "Records and commits on several partitions that become visible together or not at all, to readers with read_committed."),

        // Consuming
        new("consumer-group", "Consumer group", GlossaryPart.Reading, "Consumers that share the work: each partition belongs to one member. Other groups read the same records independently."),
        new("member", "Member", GlossaryPart.Reading, "One consumer in a group. More members than partitions means that some have nothing to do."),
        new("assignment", "Assignment", GlossaryPart.Reading, "Which member owns which partitions. In a classic group one member works it out for all."),
        new("assignor", "Assignor", GlossaryPart.Reading, "The rule that spreads partitions over members, such as range or cooperative-sticky."),
        new("generation", "Generation", GlossaryPart.Reading, "Counts the rebalances of a group; in groups with group.protocol=consumer it is called epoch. A commit with an older one is refused: that member has lost its partitions."),
        new("rebalance", "Rebalance", GlossaryPart.Reading, "Sharing out the partitions anew when a member joins, leaves or dies. What moves stands still meanwhile."),
        new("coordinator", "Group coordinator", GlossaryPart.Reading, "The broker that keeps a group's members and commits."),
        new("heartbeat", "Heartbeat", GlossaryPart.Reading, "A member's sign of life to the coordinator, sent every few seconds."),
        new("session-timeout", "Session timeout", GlossaryPart.Reading, "After this long without a heartbeat a member counts as dead, and its partitions go to others. Until then nobody reads them."),
        new("max-poll-interval", "max.poll.interval.ms", GlossaryPart.Reading, "The longest a consumer may take between two polls. One that takes longer leaves the group, though it is alive."),
        new("committed-offset", "Committed offset", GlossaryPart.Reading, "Where a group would go on reading a partition after a restart: the offset of the next record, stored by the broker."),
        new("position", "Position", GlossaryPart.Reading, "The offset a running consumer reads next. What lies between committed offset and position is read twice after a crash."),
        new("lag", "Lag", GlossaryPart.Reading, "Log end offset minus committed offset: records this group still has to finish. A queue, not an error."),
        new("auto-offset-reset", "auto.offset.reset", GlossaryPart.Reading, "Where a group begins that has no committed offset, or one that no longer exists: earliest, latest, or an error."),

        // Guarantees
        new("at-least-once", "At least once", GlossaryPart.Guarantees, "Commit after the work: nothing is lost, but after a crash some of it is done again."),
        new("at-most-once", "At most once", GlossaryPart.Guarantees, "Commit before the work: nothing is done twice, but after a crash some of it is never done."),
        new("exactly-once", "Exactly once", GlossaryPart.Guarantees, "Reading, writing and committing in one transaction. It holds inside Kafka; an e-mail is still sent twice."),
        new("idempotence", "Idempotence", GlossaryPart.Guarantees, "Doing it again changes nothing more. Needed wherever records can arrive more than once."),
        new("duplicate", "Duplicate", GlossaryPart.Guarantees, "The same event a second time: a record delivered again, or an event written twice at two offsets."),
        new("inbox", "Inbox", GlossaryPart.Guarantees, "A table of event ids already handled, written in the same database transaction as the work, so that repeats are skipped."),
        new("outbox", "Outbox", GlossaryPart.Guarantees, "A table of events still to publish, written in the same database transaction as the work, so that neither is done without the other."),

        // Failing
        new("retry", "Retry", GlossaryPart.Failing, "Another attempt later, through the retry topic, while other records go on. Order is not kept: later ones may overtake."),
        new("in-place-retry", "In-place retry", GlossaryPart.Failing, "Another attempt at once, before the next record. Order is kept, and the whole partition waits."),
        new("back-off", "Back-off", GlossaryPart.Failing, "The wait before the next attempt; it grows each time, with a little chance in it so that not all return together."),
        new("dead-letter", "Dead letter", GlossaryPart.Failing, "A record put aside on the dead-letter topic, because it cannot be handled or has failed too often. Somebody must look."),
        new("poison-message", "Poison message", GlossaryPart.Failing, "A record that fails every time, such as one that is not JSON. Without a dead-letter topic it blocks its partition."),
        new("redrive", "Redrive", GlossaryPart.Failing, "Sending a dead letter back to where it failed, once the cause is repaired. The dead letter itself stays in the log."),
        new("fingerprint", "Fingerprint", GlossaryPart.Failing, "A short hash of where and how something failed, so that equal failures can be counted as one."),

        // The shop
        new("event", "Event", GlossaryPart.Shop, "A fact that has happened, in the past tense: OrderPlaced. It is not a command, and nobody has to be listening."),
        new("saga", "Saga", GlossaryPart.Shop, "A piece of business in steps over several services, each with its own database; it ends completed or undone step by step."),
        new("compensation", "Compensation", GlossaryPart.Shop, "The opposite step that makes good an earlier one, such as releasing stock. There is no rollback across services."),
        new("outcome", "Outcome", GlossaryPart.Shop, "How an order ended: completed, or cancelled with a reason. The saga writes it to orders.outcome.v1."),
        new("correlation-id", "Correlation id", GlossaryPart.Shop, "The same on every record of one order, so that its whole story can be found."),
        new("causation-id", "Causation id", GlossaryPart.Shop, "The id of the event that led to this one: with it the story is a chain and not only a heap."),
        new("projection", "Projection", GlossaryPart.Shop, "A view computed from the log, such as the totals of the analytics. It can be thrown away and made again by reading from the start."),
        new("replay", "Replay", GlossaryPart.Shop, "Setting a group's committed offsets back and reading again. It repeats the work; it does not undo it."),
    ];

    private static readonly Dictionary<string, GlossaryEntry> ByKey = All.ToDictionary(e => e.Key, StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such entry.</exception>
    public static GlossaryEntry Get(string key) =>
        ByKey.TryGetValue(key, out var entry) ? entry : throw new ArgumentException($"The glossary has no entry '{key}'. Add it to Help/Glossary.cs.", nameof(key));
}

/// <param name="Key">Lower case with hyphens; also the anchor on the glossary page.</param>
internal sealed record GlossaryEntry(string Key, string Name, GlossaryPart Part, string Text);

internal enum GlossaryPart
{
    Log,
    Writing,
    Reading,
    Guarantees,
    Failing,
    Shop,
}
