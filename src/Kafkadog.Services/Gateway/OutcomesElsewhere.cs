using System.Data.Common;
using Kafkadog.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Services.Gateway;

/// <summary>
/// Several gateways share one read model, and each projects its own partitions: the outcome a request waits for here may
/// be committed there. So while somebody waits, the read model is asked about all that is waited for at once.
/// </summary>
internal sealed partial class OutcomesElsewhere(OutcomeWaiters waiters, IDatabase database, TimeProvider time, ILogger<OutcomesElsewhere> logger)
    : BackgroundService
{
    private const int PageSize = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await waiters.SomebodyAsync(stoppingToken);
            await Task.Delay(Interval, time, stoppingToken);
            try
            {
                foreach (var page in waiters.Waited.Chunk(PageSize))
                {
                    foreach (var orderId in await OrderViewStore.SettledAsync(database, page, stoppingToken))
                    {
                        waiters.Signal(orderId);
                    }
                }
            }
            catch (DbException e)
            {
                LookFailed(e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outcomes of other instances could not be looked up ({Reason}); the next look is in a moment")]
    private partial void LookFailed(string reason);
}
