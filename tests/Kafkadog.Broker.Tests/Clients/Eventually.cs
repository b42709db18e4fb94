namespace Kafkadog.Broker.Tests.Clients;

/// <summary>For what a broker does soon after it has answered: Apache Kafka applies its metadata on its own time.</summary>
internal static class Eventually
{
    /// <summary>Asks until the answer is as expected; fails with the last one when that takes too long.</summary>
    public static async Task<T> EqualAsync<T>(T expected, Func<Task<T>> ask) => await UntilAsync(answer => Equals(answer, expected), ask);

    /// <inheritdoc cref="EqualAsync"/>
    public static async Task<T> UntilAsync<T>(Func<T, bool> isAsExpected, Func<Task<T>> ask)
    {
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isAsExpected(answer))
            {
                return answer;
            }

            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), $"The last answer was {answer}.");
            await again.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
