using Bunit;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class DataTableTests : ComponentContext
{
    private static readonly DataColumn[] Columns = [new("id", "Id", Sortable: true), new("lag", "Lag", Sortable: true, Numeric: true), new("member", "Members", Term: "member")];

    private IRenderedComponent<DataTable<string>> Table(IReadOnlyList<string> items, SortState? sort = null, Action<SortState>? onSort = null) => Render<DataTable<string>>(p =>
    {
        p.Add(t => t.Items, items).Add(t => t.Columns, Columns).Add(t => t.Key, i => i).Add(t => t.Caption, "Groups").Add(t => t.Sort, sort);
        p.Add(t => t.Row, item => builder => builder.AddMarkupContent(0, $"<th scope=\"row\">{System.Net.WebUtility.HtmlEncode(item)}</th><td class=\"num\">1</td><td></td>"));
        if (onSort is not null)
        {
            p.Add(t => t.SortChanged, onSort);
        }
    });

    [Fact]
    public void Table_is_a_real_one_with_caption_and_scopes()
    {
        var table = Table(["a", "b"]);

        Assert.Equal("Groups", table.Find("caption").TextContent);
        Assert.All(table.FindAll("thead th"), th => Assert.Equal("col", th.GetAttribute("scope")));
        Assert.Equal(2, table.FindAll("tbody tr").Count);
        Assert.Equal("Groups", table.Find("[role=region]").GetAttribute("aria-label"));
    }

    [Fact]
    public void Table_says_how_it_is_sorted()
    {
        var heads = Table(["a"], new("lag", Descending: true)).FindAll("thead th");

        Assert.Equal("none", heads[0].GetAttribute("aria-sort"));
        Assert.Equal("descending", heads[1].GetAttribute("aria-sort"));
        Assert.False(heads[2].HasAttribute("aria-sort"));
    }

    [Fact]
    public void Table_asks_for_the_other_direction_when_its_column_is_chosen_again()
    {
        var asked = new List<SortState>();
        var table = Table(["a"], new("id"), asked.Add);

        table.FindAll(".sort")[0].Click();
        table.FindAll(".sort")[1].Click();

        Assert.Equal([new("id", Descending: true), new("lag")], asked);
    }

    [Fact]
    public void Table_of_100_rows_renders_them_all() => Assert.Equal(100, Table([.. Enumerable.Range(0, 100).Select(i => $"{i}")]).FindAll("tbody th").Count);

    [Fact]
    public void Larger_table_renders_only_what_is_in_sight_and_says_how_many_there_are()
    {
        var table = Table([.. Enumerable.Range(0, 5_000).Select(i => $"{i}")]);

        // At most 100, and ten more on either side so that scrolling shows no gap.
        Assert.InRange(table.FindAll("tbody th").Count, 1, 120);
        Assert.Equal("5001", table.Find("table").GetAttribute("aria-rowcount"));
        Assert.Contains("tall", table.Find(".table-box").ClassList);
    }
}
