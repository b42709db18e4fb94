using Bunit;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class PanelTests : ComponentContext
{
    private IRenderedComponent<Panel> Panel(PanelState state, Action? onRetry = null, Action? onClear = null) => Render<Panel>(p =>
    {
        p.Add(c => c.Title, "Groups").Add(c => c.State, state).AddChildContent("<p id='content'>rows</p>").Add(c => c.EmptyAction, "<a id='next' href='/order'>Place one</a>");
        if (onRetry is not null)
        {
            p.Add(c => c.OnRetry, onRetry);
        }

        if (onClear is not null)
        {
            p.Add(c => c.OnClearFilter, onClear);
        }
    });

    [Fact]
    public void Panel_is_named_by_its_heading()
    {
        var panel = Panel(PanelState.Ready);

        Assert.Equal(panel.Find("h2").Id, panel.Find("section").GetAttribute("aria-labelledby"));
        Assert.NotEmpty(panel.FindAll("#content"));
    }

    [Fact]
    public void Panel_loading_shows_only_the_shape_and_says_it_is_busy()
    {
        var panel = Panel(PanelState.Loading);

        Assert.NotEmpty(panel.FindAll(".skeleton"));
        Assert.Equal("true", panel.Find("section").GetAttribute("aria-busy"));
        Assert.Empty(panel.FindAll("#content"));
    }

    [Fact]
    public void Panel_empty_says_why_and_what_next()
    {
        var panel = Panel(PanelState.Empty("No orders yet."));

        Assert.Equal("No orders yet.", panel.Find(".empty p").TextContent);
        Assert.NotEmpty(panel.FindAll("#next"));
    }

    [Fact]
    public void Panel_without_a_match_offers_to_clear_the_filter()
    {
        var isCleared = false;
        var panel = Panel(PanelState.NoMatch(1412), onClear: () => isCleared = true);

        Assert.Equal("0 of 1,412 match.", panel.Find(".empty p").TextContent);
        panel.Find(".empty button").Click();
        Assert.True(isCleared);
    }

    [Fact]
    public void Panel_error_says_what_failed_offers_a_retry_and_keeps_the_last_good_content()
    {
        var retries = 0;
        var panel = Panel(PanelState.Error("OffsetFetch: COORDINATOR_NOT_AVAILABLE", "Wait a second.", keepsContent: true), onRetry: () => retries++);

        Assert.Contains("COORDINATOR_NOT_AVAILABLE", panel.Find("[role=alert]").TextContent);
        Assert.Contains("Wait a second.", panel.Find("[role=alert]").TextContent);
        Assert.NotEmpty(panel.FindAll(".panel-old #content"));
        panel.Find("[role=alert] button").Click();
        Assert.Equal(1, retries);
    }

    [Fact]
    public void Panel_error_without_content_shows_none()
    {
        Assert.Empty(Panel(PanelState.Error("x", "y")).FindAll("#content"));
    }

    [Fact]
    public void Panel_tells_its_age_and_when_it_is_too_old()
    {
        var panel = Panel(PanelState.Ready.At(Time.GetUtcNow().AddSeconds(-14), TimeSpan.FromSeconds(2)));

        Assert.Equal("updated 14 s ago", panel.Find(".age").TextContent);
        Assert.Equal("2000", panel.Find(".age").GetAttribute("data-interval"));
    }

    [Fact]
    public void Panel_escapes_an_error_from_outside()
    {
        var panel = Panel(PanelState.Error(Hostile, Hostile));

        Assert.Empty(panel.FindAll("script"));
        Assert.Contains(Hostile, panel.Find("[role=alert]").TextContent);
    }
}
