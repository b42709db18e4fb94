using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeClientQuotas (key 48), versions 0 and 1: the quotas that were set for users, client ids and addresses (KIP-546).
/// <para>They are kept and told, and not enforced. v1 flexible.</para>
/// </summary>
internal static class DescribeClientQuotas
{
    private const sbyte Exact = 0, Default = 1, Any = 2;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeClientQuotasRequest request)
    {
        if (!context.AllowsCluster(AclOperation.DescribeConfigs))
        {
            return new(new DescribeClientQuotasResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        }

        var (error, message) = Problem(request);
        if (error != ErrorCode.None)
        {
            return new(new DescribeClientQuotasResponse { ErrorCode = error, ErrorMessage = message });
        }

        return new(new DescribeClientQuotasResponse
        {
            ErrorMessage = "",
            Entries = [.. context.Broker.Storage.Quotas.All.Where(quota => Matches(quota.Entity, request)).Select(quota => new DescribeClientQuotasResponseEntry
            {
                Entity = [.. quota.Entity.Parts.Select(part => new DescribeClientQuotasResponseEntity { EntityType = part.Type, EntityName = part.Name })],
                Values = [.. quota.Values.Select(value => new DescribeClientQuotasResponseValue { Key = value.Key, Value = value.Value })],
            })],
        });
    }

    private static (ErrorCode Error, string? Message) Problem(DescribeClientQuotasRequest request)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var component in request.Components)
        {
            if (component.EntityType.Length == 0)
            {
                return (ErrorCode.InvalidRequest, "Invalid empty entity type.");
            }

            if (!QuotaEntity.Types.Contains(component.EntityType))
            {
                return (ErrorCode.UnsupportedVersion, $"Unsupported entity type {component.EntityType}");
            }

            if (!seen.Add(component.EntityType))
            {
                return (ErrorCode.InvalidRequest, $"Entity type {component.EntityType} cannot appear more than once in the filter.");
            }

            switch (component.MatchType)
            {
                case Exact when component.Match is null:
                    return (ErrorCode.InvalidRequest, "Request specified MATCH_TYPE_EXACT, but set match string to null.");
                case Default when component.Match is not null:
                    return (ErrorCode.InvalidRequest, "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
                case Any when component.Match is not null:
                    return (ErrorCode.InvalidRequest, "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
                case not (Exact or Default or Any):
                    return (ErrorCode.InvalidRequest, $"Unknown match type {component.MatchType}");
            }
        }

        return seen.Contains(QuotaEntity.Ip) && seen.Count > 1
            ? (ErrorCode.InvalidRequest, "Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.")
            : (ErrorCode.None, null);
    }

    private static bool Matches(QuotaEntity entity, DescribeClientQuotasRequest request) =>
        (!request.Strict || entity.Parts.Count == request.Components.Count)
        && request.Components.TrueForAll(component => entity.Parts.Any(part => part.Type == component.EntityType && component.MatchType switch
        {
            Exact => part.Name == component.Match,
            Default => part.Name is null,
            _ => true,
        }));
}
