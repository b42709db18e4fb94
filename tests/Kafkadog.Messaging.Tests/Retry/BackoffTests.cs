using Kafkadog.Messaging.Retry;

namespace Kafkadog.Messaging.Tests.Retry;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 500, 550)]
    [InlineData(1, 1000, 1100)]
    [InlineData(4, 8000, 8800)]
    [InlineData(6, 30_000, 30_000)]
    [InlineData(1000, 30_000, 30_000)]
    public void A_delay_doubles_up_to_its_maximum_with_a_tenth_of_jitter(int delayed, double least, double most)
    {
        var backoff = new Backoff(new RetryOptions(), new Random(1));
        var delays = Enumerable.Range(0, 1000).Select(_ => backoff.Delay(delayed).TotalMilliseconds).ToArray();
        Assert.All(delays, delay => Assert.InRange(delay, least, most));
        Assert.True(least == most || delays.Max() - delays.Min() > (most - least) * 0.9);
    }

    [Fact]
    public void Jitter_never_exceeds_the_maximum()
    {
        var backoff = new Backoff(new RetryOptions { BaseDelay = TimeSpan.FromSeconds(29), MaxDelay = TimeSpan.FromSeconds(30) }, new Random(2));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(backoff.Delay(0).TotalSeconds, 29, 30));
    }
}
