using System.Text.RegularExpressions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ApiVersions (key 18), versions 0 to 4: what this broker serves, straight from <see cref="ApiTable"/>.
/// <para>A version that is not served is answered in v0 with error 35 and our own range (KIP-511), so that a newer client can fall back.
/// <c>metadata.version</c> tells consoles which Kafka they look at, <c>group.version</c> 1 that consumer groups (KIP-848) are on, and
/// <c>transaction.version</c> 2 has clients run transactions in the way of KIP-890.</para>
/// <para>v3 flexible, with the client's software name (which must be well formed) and features; v4 features whose lowest level is 0.</para>
/// </summary>
internal static partial class ApiVersions
{
    /// <summary>Level of Apache Kafka 4.0, and the lowest that its brokers know.</summary>
    private const short MetadataVersion = 25, LowestMetadataVersion = 7;

    private const short FirstVersionWithClientSoftware = 3;

    /// <summary>Older clients fail on a feature whose lowest level is 0 (KAFKA-17011).</summary>
    private const short FirstVersionWithLevelZero = 4;

    private static readonly Feature[] s_features =
    [
        new("group.version", 0, 1),
        new("metadata.version", LowestMetadataVersion, MetadataVersion),
        new("transaction.version", 0, 2),
    ];

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, ApiVersionsRequest request)
    {
        if (context.Version >= FirstVersionWithClientSoftware
            && !(SoftwareName().IsMatch(request.ClientSoftwareName) && SoftwareName().IsMatch(request.ClientSoftwareVersion)))
        {
            return new(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
        }

        context.Peer.Sasl?.VersionsTold();
        return new(new ApiVersionsResponse
        {
            ApiKeys = [.. context.Broker.Apis.All.Select(Range)],
            SupportedFeatures = [.. s_features.Where(f => f.Lowest > 0 || context.Version >= FirstVersionWithLevelZero)
                .Select(f => new ApiVersionsResponseSupportedFeature { Name = f.Name, MinVersion = f.Lowest, MaxVersion = f.Level })],
            FinalizedFeaturesEpoch = 0,
            FinalizedFeatures = [.. s_features.Select(f => new ApiVersionsResponseFinalizedFeature { Name = f.Name, MinVersionLevel = f.Level, MaxVersionLevel = f.Level })],
        });
    }

    /// <summary>The answer, in v0, to a version that is not served.</summary>
    public static ApiVersionsResponse UnsupportedVersion(ServedApi self) => new() { ErrorCode = ErrorCode.UnsupportedVersion, ApiKeys = [Range(self)] };

    private static ApiVersionsResponseApiKey Range(ServedApi api) =>
        new() { ApiKey = (short)api.Schema.Key, MinVersion = api.AdvertisedLowest, MaxVersion = api.Highest };

    [GeneratedRegex(@"^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex SoftwareName();

    /// <summary>A feature and the level that is in force, which is the highest we know.</summary>
    private readonly record struct Feature(string Name, short Lowest, short Level);
}
