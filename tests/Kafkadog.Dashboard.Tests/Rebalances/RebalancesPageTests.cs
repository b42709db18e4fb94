using Bunit;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;

namespace Kafkadog.Dashboard.Tests.Rebalances;

public sealed class RebalancesPageTests : LiveContext
{
    [Fact]
    public void Without_a_rebalance_the_page_says_how_to_see_one()
    {
        Observation.Write(o => o.Kafka = new(KafkaState.Up, Time.GetUtcNow()));
        var page = Render<RebalancesPage>();

        Assert.Contains("No rebalance is remembered", page.Markup);
        Assert.NotNull(page.Find("a.primary[href='/instances']"));
    }

    [Fact]
    public void A_rebalance_opens_by_its_address_and_shows_before_and_after()
    {
        Tell();
        var page = Render<RebalancesPage>();
        Assert.Empty(page.FindAll(".story-detail"));

        page.Find(".stories button").Click();

        Assert.Contains("rebalance=payment-service-group.2", Navigation.Uri);
        page.WaitForAssertion(() => Assert.Equal("true", page.Find(".stories button").GetAttribute("aria-expanded")));
        Assert.Equal(["orders.v1 p0", "orders.v1 p1"], page.FindAll(".story-detail tbody th").Select(t => t.TextContent.Trim()));
        Assert.Single(page.FindAll(".story-detail tr.still"));
    }

    [Fact]
    public void Only_the_group_of_the_address_is_told()
    {
        Tell();
        Navigation.NavigateTo("/rebalances?group=order-saga-group");
        var page = Render<RebalancesPage>();

        Assert.Empty(page.FindAll(".stories li"));
        Assert.Contains("match", page.Markup);
    }

    [Fact]
    public void Rebalance_that_goes_on_says_for_whom_it_waits()
    {
        Tell();
        Observation.Write(o =>
        {
            o.SetInstances([new("payment-service-2", "payment-service", 2, "http://127.0.0.1:1", ShopInstanceState.Frozen)], GroupScene.At(70));
            o.Phases.Set(new Dictionary<string, GroupPhase> { [GroupScene.Group] = GroupPhase.Joining }, GroupScene.At(71));
        });

        var row = Render<RebalancesPage>().Find("tbody tr");

        Assert.Contains("rebalancing", row.TextContent);
        Assert.Contains("waits for payment-service-2, which is frozen, to join again or to time out", row.TextContent);
    }

    [Fact]
    public void Names_from_outside_stay_text()
    {
        Observation.Write(o =>
        {
            o.Groups.Add(Hostile, new(GroupScene.At(0), 1, "range", [new Member("x", Hostile, "h", [new Place(Hostile, 0)])]));
        });

        var page = Render<RebalancesPage>();

        Assert.Empty(page.FindAll("script"));
        Assert.Contains("first member", page.Find(".story p").TextContent);
    }

    private void Tell() => Observation.Write(o =>
    {
        o.Groups.Add(GroupScene.Group, new(GroupScene.At(0), 1, "range", [Member(1, 0, 1)]));
        o.Groups.Add(GroupScene.Group, new(GroupScene.At(60), 2, "range", [Member(1, 0), Member(2, 1)]));
    });

    private static Member Member(int number, params int[] partitions) =>
        new($"payment-service-{number}-id", $"payment-service-{number}", "h", [.. partitions.Select(p => new Place("orders.v1", p))]);
}
