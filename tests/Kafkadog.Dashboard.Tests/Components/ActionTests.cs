using Bunit;
using Kafkadog.Dashboard.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class ActionTests : ComponentContext
{
    [Fact]
    public void Confirm_button_says_the_effect_first_and_acts_on_the_second_click()
    {
        var kills = 0;
        var button = Render<ConfirmButton>(p => p.Add(c => c.Label, "Kill").Add(c => c.Effect, "2 partitions move.").Add(c => c.OnConfirm, () => kills++));

        button.Find("button").Click();
        Assert.Equal(0, kills);
        Assert.Contains("2 partitions move.", button.Find(".confirm").TextContent);

        button.Find(".confirm button").Click();
        Assert.Equal(1, kills);
        Assert.Empty(button.FindAll(".confirm"));
    }

    [Fact]
    public void Confirm_button_is_left_with_escape()
    {
        var button = Render<ConfirmButton>(p => p.Add(c => c.Label, "Kill").Add(c => c.Effect, "x").Add(c => c.OnConfirm, () => Assert.Fail("Nobody confirmed.")));

        button.Find("button").Click();
        button.Find(".confirm").KeyDown("Escape");

        Assert.Empty(button.FindAll(".confirm"));
    }

    [Fact]
    public void Confirm_button_that_cannot_act_says_why()
    {
        var button = Render<ConfirmButton>(p => p.Add(c => c.Label, "Reset").Add(c => c.Effect, "x").Add(c => c.Reason, "The group still has 3 members."));

        button.Find("button").Click();

        Assert.Empty(button.FindAll(".confirm"));
        Assert.Equal("true", button.Find("button").GetAttribute("aria-disabled"));
        Assert.Equal("The group still has 3 members.", button.Find("#" + button.Find("button").GetAttribute("aria-describedby")).TextContent);
    }

    [Fact]
    public void Toasts_are_three_at_most_and_go_by_themselves_except_failures()
    {
        var toasts = Render<Toasts>();
        var queue = Services.GetRequiredService<ToastQueue>();

        queue.Add(ChipKind.Ok, "first");
        queue.Add(ChipKind.Ok, "second");
        queue.Add(ChipKind.Bad, Hostile);
        queue.Add(ChipKind.Ok, "fourth");

        toasts.WaitForAssertion(() => Assert.Equal(["second", Hostile, "fourth"], toasts.FindAll(".text").Select(t => t.TextContent)));
        Assert.Equal("status", toasts.Find(".toasts").GetAttribute("role"));

        Time.Advance(TimeSpan.FromSeconds(9));
        toasts.WaitForAssertion(() => Assert.Equal([Hostile], toasts.FindAll(".text").Select(t => t.TextContent)));

        toasts.Find("button").Click();
        Assert.Empty(toasts.FindAll(".toast"));
    }

    [Fact]
    public void Drawer_is_named_and_closes()
    {
        var isClosed = false;
        var drawer = Render<Drawer>(p => p.Add(d => d.Title, Hostile).Add(d => d.OnClose, () => isClosed = true).AddChildContent("<p>details</p>"));

        Assert.Equal(Hostile, drawer.Find("h2").TextContent);
        Assert.Equal(drawer.Find("h2").Id, drawer.Find("aside").GetAttribute("aria-labelledby"));
        drawer.Find("[data-drawer-close]").Click();
        Assert.True(isClosed);
    }
}
