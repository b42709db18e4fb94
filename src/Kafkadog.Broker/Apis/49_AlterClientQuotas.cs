using System.Net;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterClientQuotas (key 49), versions 0 and 1: sets and removes quotas of users, client ids and addresses (KIP-546).
/// <para>They are kept and told, and not enforced: no client is ever throttled. v1 flexible.</para>
/// </summary>
internal static class AlterClientQuotas
{
    private const double WholeNumber = 1e-6;

    private static readonly Dictionary<string, bool> s_ofClients = new(StringComparer.Ordinal)
    {
        // Whether it has to be a whole number.
        ["producer_byte_rate"] = true, ["consumer_byte_rate"] = true, ["request_percentage"] = false, ["controller_mutation_rate"] = false,
    };

    private static readonly Dictionary<string, bool> s_ofAddresses = new(StringComparer.Ordinal) { ["connection_creation_rate"] = true };

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterClientQuotasRequest request) => new(new AlterClientQuotasResponse
    {
        Entries = request.Entries.ConvertAll(entry =>
        {
            // Of two parts of one type the last counts.
            var entity = new QuotaEntity(entry.Entity.GroupBy(part => part.EntityType, StringComparer.Ordinal).Select(parts => new QuotaEntityPart(parts.Key, parts.Last().EntityName)));
            var (error, message) = context.AllowsCluster(AclOperation.AlterConfigs)
                ? Alter(context.Broker.Storage.Quotas, entity, entry.Ops, request.ValidateOnly)
                : (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed.");
            return new AlterClientQuotasResponseEntry
            {
                ErrorCode = error,
                ErrorMessage = message,
                Entity = [.. entity.Parts.Select(part => new AlterClientQuotasResponseEntity { EntityType = part.Type, EntityName = part.Name })],
            };
        }),
    });

    private static (ErrorCode Error, string? Message) Alter(ClientQuotas quotas, QuotaEntity entity, List<AlterClientQuotasRequestOp> ops, bool validateOnly)
    {
        if ((EntityProblem(entity) ?? OpsProblem(entity, ops)) is { } problem)
        {
            return (ErrorCode.InvalidRequest, problem);
        }

        if (!validateOnly)
        {
            try
            {
                quotas.Alter(entity, ops.ConvertAll(op => KeyValuePair.Create(op.Key, op.Remove ? null : (double?)op.Value)));
            }
            catch (StorageException e)
            {
                return (ErrorCode.KafkaStorageError, e.Message);
            }
        }

        return (ErrorCode.None, null);
    }

    private static string? EntityProblem(QuotaEntity entity)
    {
        foreach (var part in entity.Parts)
        {
            if (!QuotaEntity.Types.Contains(part.Type))
            {
                return $"Unhandled client quota entity type: {part.Type}";
            }

            if (part.Name is "")
            {
                return $"Empty {part.Type} not supported";
            }
        }

        if (entity.Parts.Count == 0)
        {
            return "Invalid empty client quota entity";
        }

        return (entity.IsOfAddress, entity.Parts.Count, entity.Parts[0].Name) switch
        {
            (true, > 1, _) => "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId",
            (true, _, { } ip) when !IPAddress.TryParse(ip, out _) => $"{ip} is not a valid IP or resolvable host.",
            _ => null,
        };
    }

    private static string? OpsProblem(QuotaEntity entity, List<AlterClientQuotasRequestOp> ops)
    {
        var keys = entity.IsOfAddress ? s_ofAddresses : s_ofClients;
        foreach (var op in ops)
        {
            if (!keys.TryGetValue(op.Key, out var isWhole))
            {
                return $"Invalid configuration key {op.Key}";
            }

            if (!op.Remove && op.Value <= 0)
            {
                return $"Quota {op.Key} must be greater than 0";
            }

            if (!op.Remove && isWhole && Math.Abs(Math.Floor(op.Value + WholeNumber) - op.Value) > WholeNumber)
            {
                return $"{op.Key} cannot be a fractional value.";
            }
        }

        return null;
    }
}
