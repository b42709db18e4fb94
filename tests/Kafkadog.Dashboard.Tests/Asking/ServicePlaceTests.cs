using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Asking;

public sealed class ServicePlaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 2, 6, TimeSpan.Zero);

    private readonly Observed observed = new(new DashboardOptions(), Now);

    private ServicePlace Place(params (int Number, ShopInstanceState State)[] instances)
    {
        observed.SetInstances([.. instances.Select(i => new ShopInstance($"dlq-worker-{i.Number}", "dlq-worker", i.Number, $"http://127.0.0.1:{i.Number}", i.State))], Now);
        return ServicePlace.Of(observed, "dlq-worker");
    }

    [Fact]
    public void First_ready_instance_is_asked() =>
        Assert.Equal("http://127.0.0.1:2", Place((3, ShopInstanceState.Ready), (1, ShopInstanceState.Killed), (2, ShopInstanceState.Ready)).Url);

    [Fact]
    public void Starting_instance_is_waited_for() => Assert.Equal("dlq-worker is starting.", Place((1, ShopInstanceState.Starting)).Problem);

    [Fact]
    public void Stopped_one_is_to_be_started() => Assert.Contains("Instances page", Place((1, ShopInstanceState.Stopped)).NextStep, StringComparison.Ordinal);

    [Fact]
    public void Frozen_one_is_to_be_thawed() => Assert.StartsWith("Thaw it", Place((1, ShopInstanceState.Frozen)).NextStep, StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_wrong_while_nothing_is_known() => Assert.Equal(new("dlq-worker", null), Place());

    [Fact]
    public void Unknown_instances_are_a_problem_of_their_own()
    {
        observed.InstancesProblem = "the supervisor does not answer";

        Assert.Contains("the supervisor does not answer", ServicePlace.Of(observed, "dlq-worker").Problem, StringComparison.Ordinal);
    }
}
