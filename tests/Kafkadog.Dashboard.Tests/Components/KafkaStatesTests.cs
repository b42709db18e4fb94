using Bunit;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Layout;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Overview;
using Kafkadog.Dashboard.Rebalances;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Tests.Components;

/// <summary>A page without anything to show says why: it is early, nothing was made yet, or something is broken.</summary>
public sealed class KafkaStatesTests : PageContext
{
    public static TheoryData<Type> Pages { get; } = [typeof(OverviewPage), typeof(FlowPage), typeof(RebalancesPage)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_waits_for_kafka(Type page) => Assert.NotEmpty(Show(page).FindAll(".skeleton"));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Kafka_that_cannot_be_reached_is_told_with_the_failed_call(Type page)
    {
        Kafka(new(KafkaState.Connecting, Time.GetUtcNow(), "ListOffsets: Local_AllBrokersDown"));

        var alert = Show(page).Find("[role=alert]");

        Assert.Contains("Local_AllBrokersDown", alert.TextContent, StringComparison.Ordinal);
        Assert.Contains("kafkadog up", alert.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Topics_that_are_not_made_yet_are_awaited(Type page)
    {
        Kafka(new(KafkaState.WaitingForTopics, Time.GetUtcNow()));

        Assert.Contains("topics are not there yet", Show(page).Find(".empty").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Broker_that_went_down_is_told_with_how_old_the_page_is()
    {
        Kafka(new(KafkaState.Down, Time.GetUtcNow().AddSeconds(-14), "ListOffsets: Local_Transport"));

        var banner = Render<LiveTopBar>().Find(".ribbon");

        Assert.Contains("Local_Transport", banner.TextContent, StringComparison.Ordinal);
        Assert.Contains("It stopped answering 14 s ago", banner.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Order_that_is_not_remembered_is_said_to_be_so()
    {
        var order = Guid.CreateVersion7();

        var panel = Render<StoryPanel>(p => p.Add(s => s.Picked, order));

        Assert.Equal($"/orders/{order}", panel.Find(".empty a").GetAttribute("href"));
    }

    private void Kafka(KafkaStatus status) => Observation.Write(o => o.Kafka = status);

    private IRenderedComponent<IComponent> Show(Type page) => Render(builder =>
    {
        builder.OpenComponent(0, page);
        builder.CloseComponent();
    });
}
