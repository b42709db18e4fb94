using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Faults;

/// <summary><c>kafkadog run broker</c> as a process that can be killed and started again on the same port and data.</summary>
internal sealed class BrokerProcess(string data, params string[] settings) : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly StringBuilder said = new();
    private TaskCompletionSource ready = new();
    private Process? process;

    public int Port { get; } = RunningUp.FreePorts(1)[0];

    public string Servers => $"127.0.0.1:{Port}";

    /// <summary>The logs of the partitions are in here.</summary>
    public string Logs => Path.Combine(data, "broker");

    public bool IsRunning => process is { HasExited: false };

    /// <summary>All that the processes wrote.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Returns when clients can connect.</summary>
    public async Task StartAsync()
    {
        Messaging.NativeKafka.Load();
        ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process?.Dispose();
        process = Process.Start(Executable.Start(data, ["run", "broker", "--port", Port.ToString(CultureInfo.InvariantCulture), .. settings]))!;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var first = await Task.WhenAny(ready.Task, process.WaitForExitAsync()).WaitAsync(Executable.Patience);
        Assert.True(first == ready.Task, $"the broker ended:\n{Said}");
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        Executable.Signal(process!.Id, Terminate);
        await process.WaitForExitAsync().WaitAsync(Executable.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        process?.Dispose();
    }

    public async Task CreateAsync(string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    /// <summary>Every record of a topic, in the order of each partition.</summary>
    public List<ConsumeResult<string, string>> ReadAll(string topic, int partitions, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        using var consumer = Reader(isolation);
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        List<ConsumeResult<string, string>> records = [];
        for (var ends = 0; ends < partitions;)
        {
            var read = consumer.Consume(Executable.Patience) ?? throw new TimeoutException($"{records.Count} records, then nothing");
            if (read.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                records.Add(read);
            }
        }

        return records;
    }

    /// <summary>Where each partition ends for a reader: the last stable offset for one of what is committed.</summary>
    public List<long> Ends(string topic, int partitions, IsolationLevel isolation)
    {
        using var consumer = Reader(isolation);
        return [.. Enumerable.Range(0, partitions).Select(p => consumer.QueryWatermarkOffsets(new(topic, p), Executable.Patience).High.Value)];
    }

    private IConsumer<string, string> Reader(IsolationLevel isolation) => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = Servers, GroupId = "reader", EnableAutoCommit = false, EnablePartitionEof = true, CheckCrcs = true, IsolationLevel = isolation,
    }).Build();

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (said)
        {
            said.AppendLine(line);
        }

        if (line.StartsWith("Kafka broker ready", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
    }
}
