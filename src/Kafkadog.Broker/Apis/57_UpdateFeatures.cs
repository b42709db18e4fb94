using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// UpdateFeatures (key 57), versions 0 to 2: changes the level of features (KIP-584). The levels of this broker are fixed: the level a
/// feature already has is accepted, any other refused.
/// <para>v1 kinds of upgrade and validation only; v2 one error for the whole (KIP-1022).</para>
/// </summary>
internal static class UpdateFeatures
{
    private const short FirstVersionWithOneError = 2;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, UpdateFeaturesRequest request)
    {
        if (!context.AllowsCluster(AclOperation.Alter))
        {
            return new(new UpdateFeaturesResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ErrorMessage = "Cluster authorization failed." });
        }

        // Of two updates of one feature the last counts.
        foreach (var update in request.FeatureUpdates.GroupBy(update => update.Feature, StringComparer.Ordinal).Select(updates => updates.Last()))
        {
            if (Problem(update) is { } problem)
            {
                return new(new UpdateFeaturesResponse { ErrorCode = ErrorCode.InvalidUpdateVersion, ErrorMessage = $"The update failed for all features since the following feature had an error: {problem}" });
            }
        }

        return new(new UpdateFeaturesResponse
        {
            Results = context.Version >= FirstVersionWithOneError
                ? []
                : request.FeatureUpdates.ConvertAll(update => new UpdateFeaturesResponseResult { Feature = update.Feature, ErrorMessage = "NONE" }),
        });
    }

    private static string? Problem(UpdateFeaturesRequestFeatureUpdate update)
    {
        var asked = $"Invalid update version {update.MaxVersionLevel} for feature {update.Feature}.";
        return Features.All.FirstOrDefault(feature => feature.Name == update.Feature) switch
        {
            null => $"{asked} This broker does not support it.",
            { } feature when update.MaxVersionLevel == feature.Level => null,
            { } feature => $"{asked} The levels of this broker are fixed: {feature.Name} is {feature.Level}.",
        };
    }
}
