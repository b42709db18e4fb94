using Bunit;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class SmallComponentTests : ComponentContext
{
    [Fact]
    public void Tile_shows_label_value_unit_hint_and_trend()
    {
        var tile = Render<Tile>(p => p.Add(t => t.Label, "Lag").Add(t => t.Value, "7").Add(t => t.Unit, "records").Add(t => t.Hint, "oldest waits 0.4 s").Add(t => t.Trend, [1, 2]));

        Assert.Equal("7records", tile.Find(".tile-value").TextContent);
        Assert.Equal("oldest waits 0.4 s", tile.Find(".tile-hint").TextContent);
        Assert.NotEmpty(tile.FindAll("path"));
    }

    [Fact]
    public void Tile_with_an_unknown_value_shows_a_dash() => Assert.Equal("—", Render<Tile>(p => p.Add(t => t.Label, "Lag").Add(t => t.Value, null)).Find(".tile-value").TextContent);

    [Fact]
    public void Spark_says_its_values_in_words()
    {
        var spark = Render<Spark>(p => p.Add(s => s.Values, [1, 9, 4]).Add(s => s.Label, "Lag over 5 min"));

        Assert.Equal("Lag over 5 min: from 1.0 to 4.0, highest 9.0", spark.Find("svg").GetAttribute("aria-label"));
        Assert.Equal("img", spark.Find("svg").GetAttribute("role"));
    }

    [Fact]
    public void Term_is_described_by_its_explanation()
    {
        var term = Render<Term>(p => p.Add(t => t.Key, "lag"));

        Assert.Equal("Lag", term.Find("button").TextContent);
        Assert.Equal(term.Find("[role=tooltip]").Id, term.Find("button").GetAttribute("aria-describedby"));
        Assert.Contains("Log end offset minus committed offset", term.Find("[role=tooltip]").TextContent);
    }

    [Fact]
    public void Term_that_is_not_in_the_glossary_throws_and_says_where_to_add_it() =>
        Assert.Contains("Help/Glossary.cs", Assert.ThrowsAny<ArgumentException>(() => Render<Term>(p => p.Add(t => t.Key, "no-such-word"))).Message);

    [Fact]
    public void Time_is_local_once_the_browser_told_its_zone()
    {
        var at = new DateTimeOffset(2026, 7, 1, 14, 2, 3, 118, TimeSpan.Zero);
        var time = Render<TimeText>(p => p.Add(t => t.At, at).Add(t => t.Detail, TimeDetail.Milliseconds));
        Assert.Equal("14:02:03.118", time.Find("time").TextContent);

        Services.GetRequiredService<BrowserSession>().Learn(new BrowserFacts("no/such zone", 120, true));

        time.WaitForAssertion(() => Assert.Equal("16:02:03.118", time.Find("time").TextContent));
        Assert.Equal("2026-07-01 14:02:03.118 UTC", time.Find("time").GetAttribute("title"));
        Assert.StartsWith("2026-07-01T14:02:03.118", time.Find("time").GetAttribute("datetime"), StringComparison.Ordinal);
    }

    [Fact]
    public void Offset_link_leads_to_the_record_in_the_console()
    {
        var link = Render<OffsetLink>(p => p.Add(l => l.Topic, "orders.v1").Add(l => l.Partition, 1).Add(l => l.Offset, 40));

        Assert.Equal("orders.v1 p1 @ 40", link.Find("a").TextContent);
        Assert.Equal("http://localhost:8080/topics/orders.v1/p/1/o/40", link.Find("a").GetAttribute("href"));
    }

    [Fact]
    public void Copy_button_carries_the_text_escaped()
    {
        var button = Render<CopyButton>(p => p.Add(c => c.Text, Hostile).Add(c => c.What, "the value"));

        Assert.Equal(Hostile, button.Find("button").GetAttribute("data-copy"));
        Assert.False(button.Find("button").HasAttribute("onmouseover"));
        Assert.Equal("Copy the value", button.Find("button").GetAttribute("aria-label"));
    }

    [Theory]
    [InlineData(3, "k3")]
    [InlineData(11, "k3")]
    [InlineData(-5, "k3")]
    public void Member_has_a_letter_in_one_of_eight_colours(int colour, string css)
    {
        var badge = Render<MemberBadge>(p => p.Add(m => m.Letter, "B").Add(m => m.Colour, colour));

        Assert.Equal("B", badge.Find(".member").TextContent);
        Assert.Contains(css, badge.Find(".member").ClassList);
    }

    [Fact]
    public void Every_product_has_a_picture_of_its_own()
    {
        var pictures = Shop.Products.Select(p => Render<ProductPicture>(q => q.Add(x => x.ProductId, p.ProductId)).Markup).ToList();

        Assert.Equal(8, pictures.Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(Render<ProductPicture>(q => q.Add(x => x.ProductId, "product-99")).Markup, pictures);
    }
}
