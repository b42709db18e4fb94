using Kafkadog.Supervision;

namespace Kafkadog.EndToEnd.Tests.Supervision;

public sealed class RestartPolicyTests
{
    [Fact]
    public void Delays_double_up_to_the_longest()
    {
        var policy = new RestartPolicy();

        var delays = Enumerable.Range(0, 10).Select(_ => policy.NextDelay(TimeSpan.FromSeconds(1)).TotalSeconds);

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30], delays);
    }

    [Fact]
    public void A_child_that_ran_for_a_while_starts_again_at_the_first_delay()
    {
        var policy = new RestartPolicy();
        policy.NextDelay(TimeSpan.Zero);
        policy.NextDelay(TimeSpan.Zero);

        Assert.Equal(RestartPolicy.First, policy.NextDelay(RestartPolicy.StableAfter));
    }
}
