using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Kafkadog.Broker;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog broker version</c>: the program, the data formats it reads and writes, and the APIs it serves.</summary>
internal static class BrokerVersion
{
    public static Command Create()
    {
        var verb = new Verb("version", "Versions of the program, its data formats and its APIs", "broker version", "broker version --json")
        {
            CommonOptions.Json,
        };
        verb.SetAction(parsed =>
        {
            var versions = Read();
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(versions, CliJson.Default.BrokerVersions);
                return ExitCodes.Ok;
            }

            Console.Out.WriteLine($"kafkadog {versions.Program}");
            foreach (var (format, version) in versions.Formats)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{format}: {version}"));
            }

            var table = Terminal.Table("KEY", "API", "VERSIONS");
            foreach (var api in versions.Apis)
            {
                table.Row(api.Key.ToString(CultureInfo.InvariantCulture), api.Name, string.Create(CultureInfo.InvariantCulture, $"{api.Lowest} to {api.Highest}"));
            }

            Terminal.Out.Write(table);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static BrokerVersions Read() => new(
        typeof(KafkaBroker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["data directory"] = LogFormat.DirectoryVersion,
            ["record batch"] = RecordBatch.CurrentMagic,
            ["producer snapshot"] = LogFormat.SnapshotVersion,
            ["transaction index"] = LogFormat.TransactionIndexVersion,
        },
        [.. new ApiTable().All.Select(api => new ServedVersions((short)api.Schema.Key, api.Schema.Name, api.AdvertisedLowest, api.Highest))]);
}

/// <param name="Formats">The version that is written; older ones are read, a newer one is refused.</param>
/// <param name="Apis">As ApiVersions tells clients.</param>
internal sealed record BrokerVersions(string Program, IReadOnlyDictionary<string, int> Formats, IReadOnlyList<ServedVersions> Apis);

internal sealed record ServedVersions(short Key, string Name, short Lowest, short Highest);
