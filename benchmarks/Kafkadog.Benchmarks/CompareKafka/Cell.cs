namespace Kafkadog.Benchmarks.CompareKafka;

internal enum Client
{
    Java,
    Librdkafka,
}

internal enum Operation
{
    Produce,
    Consume,
}

/// <summary>One combination that is measured on every broker.</summary>
/// <param name="Acks">Of the producer; a consumer reads what was produced with <c>all</c>.</param>
/// <param name="Codec">Kafka's name of the compression.</param>
internal sealed record Cell(Client Client, Operation Operation, int RecordBytes, int Partitions, string Acks, string Codec)
{
    /// <summary>So many that a run takes a few seconds.</summary>
    public int Records => (RecordBytes <= 100 ? 2_000_000 : 400_000) * (Client is Client.Librdkafka ? 2 : 1);

    public string Name =>
        $"{Operation.ToString().ToLowerInvariant()} {RecordBytes} B, {Partitions} partition{(Partitions == 1 ? "" : "s")}"
        + (Operation is Operation.Produce ? $", acks={Acks}" : "") + (Codec == "none" ? "" : $", {Codec}")
        + (Client is Client.Java ? ", Java" : ", librdkafka");

    /// <summary>Every combination; a consumer cell follows the producer cell that wrote what it reads.</summary>
    public static IEnumerable<Cell> All =>
        from client in (Client[])[Client.Java, Client.Librdkafka]
        from size in (int[])[100, 1024]
        from partitions in (int[])[1, 6]
        from codec in (string[])["none", "lz4"]
        from cell in (Cell[])
        [
            new(client, Operation.Produce, size, partitions, "1", codec),
            new(client, Operation.Produce, size, partitions, "all", codec),
            new(client, Operation.Consume, size, partitions, "all", codec),
        ]
        select cell;
}
