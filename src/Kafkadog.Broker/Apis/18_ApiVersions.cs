using System.Text.RegularExpressions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ApiVersions (key 18), versions 0 to 4: what this broker serves, straight from <see cref="ApiTable"/>.
/// <para>A version that is not served is answered in v0 with error 35 and our own range (KIP-511), so that a newer client can fall back.
/// The features are those of <see cref="Features"/>.</para>
/// <para>v3 flexible, with the client's software name (which must be well formed) and features; v4 features whose lowest level is 0.</para>
/// </summary>
internal static partial class ApiVersions
{
    private const short FirstVersionWithClientSoftware = 3;

    /// <summary>Older clients fail on a feature whose lowest level is 0 (KAFKA-17011).</summary>
    private const short FirstVersionWithFeaturesFromZero = 4;

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
            SupportedFeatures = [.. Features.All.Where(feature => feature.Lowest > 0 || context.Version >= FirstVersionWithFeaturesFromZero)
                .Select(feature => new ApiVersionsResponseSupportedFeature { Name = feature.Name, MinVersion = feature.Lowest, MaxVersion = feature.Highest })],
            FinalizedFeaturesEpoch = 0,
            FinalizedFeatures = [.. Features.All.Where(feature => feature.Level > 0)
                .Select(feature => new ApiVersionsResponseFinalizedFeature { Name = feature.Name, MinVersionLevel = feature.Level, MaxVersionLevel = feature.Level })],
        });
    }

    /// <summary>The answer, in v0, to a version that is not served.</summary>
    public static ApiVersionsResponse UnsupportedVersion(ServedApi self) => new() { ErrorCode = ErrorCode.UnsupportedVersion, ApiKeys = [Range(self)] };

    private static ApiVersionsResponseApiKey Range(ServedApi api) =>
        new() { ApiKey = (short)api.Schema.Key, MinVersion = api.AdvertisedLowest, MaxVersion = api.Highest };

    [GeneratedRegex(@"^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex SoftwareName();
}
