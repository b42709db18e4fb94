using Bunit;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Help;

namespace Kafkadog.Dashboard.Tests.Help;

public sealed class HelpPageTests : ComponentContext
{
    private IRenderedComponent<HelpPage> Page(string address = "/help")
    {
        Navigation.NavigateTo(address);
        return Render<HelpPage>();
    }

    [Fact]
    public void Every_word_is_there_with_an_anchor()
    {
        var page = Page();

        Assert.Equal(Glossary.All.Select(e => e.Key).Order(StringComparer.Ordinal), page.FindAll("dt[id]").Select(d => d.Id!).Order(StringComparer.Ordinal));
        Assert.Equal("/help#lag", page.Find("#lag a").GetAttribute("href"));
    }

    [Fact]
    public void Words_that_are_looked_for_are_in_the_address()
    {
        var page = Page("/help?q=committed+offset");

        Assert.NotEmpty(page.FindAll("#committed-offset"));
        Assert.Empty(page.FindAll("#tombstone"));
        Assert.Equal("committed offset", page.Find("input").GetAttribute("value"));

        page.Find("input").Input("tombstone");
        Time.Advance(SearchField.Pause);

        page.WaitForAssertion(() => Assert.EndsWith("/help?q=tombstone", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#tombstone")));
    }

    [Fact]
    public void Word_that_is_not_there_can_be_cleared()
    {
        var page = Page("/help?q=zookeeper");
        page.FindAll("button").Single(b => b.TextContent == "Clear filter").Click();

        Assert.EndsWith("/help", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_shortcut_is_listed()
    {
        var rows = Page().FindAll("#keyboard tbody tr");

        Assert.Equal(Shortcuts.All.Count, rows.Count);
        Assert.Equal(Shortcuts.All.Sum(s => s.Keys.Count), rows.Sum(r => r.QuerySelectorAll("kbd").Length));
    }

    [Fact]
    public void Pages_that_are_named_are_in_the_repository()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "kafkadog.slnx")))
        {
            root = root.Parent!;
        }

        Assert.All(GlossarySearch.Find(null).SelectMany(s => s.Pages), page => Assert.True(File.Exists(Path.Combine(root.FullName, page)), page));
        Assert.Equal(Glossary.All.Count, GlossarySearch.Find(null).Sum(s => s.Entries.Count));
    }
}
