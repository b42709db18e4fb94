using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// EndTxn (key 26), versions 0 to 5: commits or aborts a transaction. The decision is in the log before the answer, and so are, unless a
/// partition cannot be written, the markers.
/// <para>v2 PRODUCER_FENCED; v3 flexible; v4 TRANSACTION_ABORTABLE; v5 transactions V2: the answer has the epoch of the next transaction (KIP-890).</para>
/// </summary>
internal static class EndTxn
{
    private const short FirstVersionWithProducerFenced = 2, FirstVersionOfV2 = 5;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, EndTxnRequest request)
    {
        var result = await EndAsync(context, request);
        return new EndTxnResponse
        {
            ErrorCode = result.Error is ErrorCode.ProducerFenced && context.Version < FirstVersionWithProducerFenced ? ErrorCode.InvalidProducerEpoch : result.Error,
            ProducerId = context.Version < FirstVersionOfV2 ? -1 : result.Producer.ProducerId,
            ProducerEpoch = context.Version < FirstVersionOfV2 ? (short)-1 : result.Producer.Epoch,
        };
    }

    private static async ValueTask<EndTransactionResult> EndAsync(RequestContext context, EndTxnRequest request)
    {
        if (!context.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return EndTransactionResult.Failed(ErrorCode.TransactionalIdAuthorizationFailed);
        }

        if (request.TransactionalId.Length == 0)
        {
            return EndTransactionResult.Failed(ErrorCode.InvalidRequest);
        }

        var version = context.Version < FirstVersionOfV2 ? ClientTransactionVersion.V0 : ClientTransactionVersion.V2;
        return await context.Broker.Transactions.EndAsync(
            request.TransactionalId, new(request.ProducerId, request.ProducerEpoch), request.Committed, version, context.Released);
    }
}
