using Bunit;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Layout;

namespace Kafkadog.Dashboard.Tests.Layout;

public sealed class LayoutTests : ComponentContext
{
    [Fact]
    public void Rail_leads_to_every_page_and_to_the_console()
    {
        var rail = Render<NavRail>(p => p.Add(r => r.ConsoleUrl, "http://localhost:8080"));

        Assert.Equal(
            ["/", "/order", "/orders", "/flow", "/instances", "/rebalances", "/dlq", "/analytics", "/events", "/help"],
            rail.FindAll(".rail ul a").Select(a => a.GetAttribute("href")));
        Assert.Equal("http://localhost:8080", rail.Find(".rail > a.rail-link").GetAttribute("href"));
    }

    [Fact]
    public void Rail_marks_the_page_that_is_open()
    {
        var rail = Render<NavRail>(p => p.Add(r => r.ConsoleUrl, "http://localhost:8080").Add(r => r.Counts, new Dictionary<string, string>(StringComparer.Ordinal) { ["/orders"] = "128" }));

        Assert.Equal("page", rail.Find(".rail-link.active").GetAttribute("aria-current"));
        Assert.Equal("/", rail.Find(".rail-link.active").GetAttribute("href"));
        Assert.Contains("128", rail.Find("a[href='/orders']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Top_bar_shows_facts_and_pauses()
    {
        bool? paused = null;
        var bar = Render<TopBar>(p => p
            .Add(b => b.Broker, new TopBarFact(ChipKind.Ok, "broker on 127.0.0.1:9092"))
            .Add(b => b.Instances, new TopBarFact(ChipKind.Warn, "8 of 9 instances"))
            .Add(b => b.OnPausedChanged, value => paused = value));

        Assert.Equal(["broker on 127.0.0.1:9092", "8 of 9 instances"], bar.FindAll(".chip .word").Select(c => c.TextContent));
        bar.Find("[data-live-toggle]").Click();
        Assert.True(paused);
    }

    [Fact]
    public void Ribbon_names_each_fault_and_turns_it_off()
    {
        FaultLine? off = null;
        FaultLine[] faults = [new("1", "Inventory fails the next 5 records"), new("2", Hostile)];
        var ribbon = Render<FaultRibbon>(p => p.Add(r => r.Faults, faults).Add(r => r.OnTurnOff, fault => off = fault));

        Assert.Empty(ribbon.FindAll("script"));
        ribbon.FindAll("button")[1].Click();
        Assert.Equal(faults[1], off);
    }

    [Fact]
    public void Ribbon_without_faults_is_not_there() => Assert.Empty(Render<FaultRibbon>(p => p.Add(r => r.Faults, [])).Markup.Trim());

    [Fact]
    public void Banner_says_it_to_screen_readers_too()
    {
        var banner = Render<StatusBanner>(p => p.Add(b => b.Kind, ChipKind.Bad).AddChildContent("Kafka does not answer."));

        Assert.Equal("status", banner.Find(".ribbon").GetAttribute("role"));
        Assert.Contains("bad", banner.Find(".ribbon").ClassList);
    }

    [Fact]
    public void Icon_that_does_not_exist_throws_and_names_those_that_do() =>
        Assert.Contains("pulse", Assert.ThrowsAny<ArgumentException>(() => Render<Icon>(p => p.Add(i => i.Name, "nope"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Reconnect_bar_has_the_id_that_blazor_looks_for()
    {
        Assert.Equal("status", Render<ReconnectBar>().Find("#components-reconnect-modal").GetAttribute("role"));
        Assert.NotNull(Render<ErrorBar>().Find("#blazor-error-ui [data-reload]"));
    }
}
