using System.Diagnostics.Metrics;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Services.Notification;

/// <summary>Calls a claim unknown when its process died before it could say whether the e-mail left.</summary>
internal sealed class UnknownEmails(ILocalTransactions transactions, IMeterFactory meters, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var unknown = meters.Create(ServiceMeter.Name).CreateCounter<long>("emails.unknown", description: "Claims without a known end");
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                unknown.Add(await transactions.ExecuteAsync(
                    work => EmailStore.MarkUnknown(work, work.Now - Patience), stoppingToken));
            }
            catch (DatabaseUnavailableException)
            {
                // The writer has told; there is another time.
            }
        }
    }
}
