using System.Text.RegularExpressions;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ListTransactions (key 66), versions 0 to 2: transactional ids by state, producer id, duration and name. Filters are joined by "and";
/// an empty one lets everything pass. A state that does not exist is told in the answer and matches nothing (KIP-664).
/// <para>v1 the shortest duration in milliseconds (KIP-994); v2 a regular expression for the whole name (KIP-1152), without what needs backtracking.</para>
/// </summary>
internal static class ListTransactions
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ListTransactionsRequest request)
    {
        if (!TryParse(request.TransactionalIdPattern, out var pattern))
        {
            return new ListTransactionsResponse { ErrorCode = ErrorCode.InvalidRegularExpression };
        }

        var states = request.StateFilters.Select(name => (Name: name, Status: Status(name))).ToList();
        var now = context.Broker.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var all = await context.Broker.Transactions.ListAsync(context.Released);
        return new ListTransactionsResponse
        {
            UnknownStateFilters = [.. states.Where(state => state.Status is null).Select(state => state.Name)],
            TransactionStates =
            [
                .. all.Where(one =>
                        (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(one.ProducerId))
                        && (states.Count == 0 || states.Exists(state => state.Status == one.Status))
                        && (request.DurationFilter < 0 || now - one.StartMs > request.DurationFilter)
                        && pattern?.IsMatch(one.TransactionalId) is null or true
                        && context.AllowsTransactionalId(AclOperation.Describe, one.TransactionalId))
                    .Select(one => new ListTransactionsResponseTransactionState
                    {
                        TransactionalId = one.TransactionalId,
                        ProducerId = one.ProducerId,
                        TransactionState = one.Status.ToString(),
                    }),
            ],
        };
    }

    // Enum.TryParse would take numbers as well.
    private static TransactionStatus? Status(string name)
    {
        foreach (var status in Enum.GetValues<TransactionStatus>())
        {
            if (string.Equals(status.ToString(), name, StringComparison.Ordinal))
            {
                return status;
            }
        }

        return null;
    }

    private static bool TryParse(string? pattern, out Regex? regex)
    {
        regex = null;
        if (string.IsNullOrEmpty(pattern))
        {
            return true;
        }

        try
        {
            // A client chooses it: without backtracking its time is bounded by the length of the names. It must be sound by itself before it is put between anchors.
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            _ = new Regex(pattern, Options);
            regex = new Regex($@"\A(?:{pattern})\z", Options);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
