using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Services.DeadLetters;

/// <summary>Forgets what the topics have forgotten, so that the numbers stay those of the topics.</summary>
internal sealed class DeadLetterRetention(ILocalTransactions transactions, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await transactions.ExecuteAsync(
                    work => work.Execute("DELETE FROM letters WHERE failed_at < @before", ("before", Before(Topics.DeadLetters)))
                        + work.Execute("DELETE FROM letter_attempts WHERE recorded_at < @before", ("before", Before(Topics.Retry))),
                    stoppingToken);
            }
            catch (DatabaseUnavailableException)
            {
                // The writer has told; there is another time.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private DateTimeOffset Before(string topic) => time.GetUtcNow() - Topics.All.First(t => t.Name == topic).Retention!.Value;
}
