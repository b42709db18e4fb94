using Bunit;
using Kafkadog.Dashboard.DeadLetters;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.CreateOrder;

namespace Kafkadog.Dashboard.Tests.DeadLetters;

public sealed class LetterPageTests : PageContext
{
    private readonly LetterScript script = new();

    public LetterPageTests() => Shop.Answer = path => Task.FromResult((200, script.Answer(path)));

    private IRenderedComponent<LetterPage> Page(string query = "")
    {
        Observation.Write(o => o.SetInstances([new("dlq-worker-1", "dlq-worker", 1, FakeGateway.Url, ShopInstanceState.Ready)], Time.GetUtcNow()));
        Navigation.NavigateTo($"/dlq/{LetterScript.Id}{query}");
        return Render<LetterPage>(p => p.Add(l => l.Id, Guid.Parse(LetterScript.Id)));
    }

    [Fact]
    public void Letter_tells_why_where_and_every_attempt()
    {
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains("did not pass in all the attempts", page.Markup, StringComparison.Ordinal));

        Assert.Contains("Failed; attempt 1 was put on the retry topic", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Put aside as a dead letter after delayed attempt 5", page.Markup, StringComparison.Ordinal);
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == "http://localhost:8080/topics/orders.v1/p/1/o/12");
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == $"/dlq?orderId={LetterScript.Order}");
        Assert.Contains(page.FindAll("pre"), p => p.TextContent == "{\"id\":1}");
    }

    [Fact]
    public void Bytes_can_be_seen_in_hex()
    {
        var page = Page("?bytes=hex");

        page.WaitForAssertion(() => Assert.StartsWith("00000000  7b 22 69 64 22", page.Find("pre.hex").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_signs()
    {
        script.Original = [0, 0xff, (byte)'a'];
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("pre"), p => p.TextContent == "␀\ufffda"));
        Assert.Contains("Not all of it is text", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Original_that_was_not_kept_says_where_it_is()
    {
        script.Original = null;
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("It is still in its topic until retention drops it.", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Place_that_anybody_may_have_written_is_a_link_only_when_it_can_be_one()
    {
        script.OriginalTopic = "javascript:alert(1)/\u202e";
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("javascript:alert(1)/⟨U+202E⟩ p1 @ 12", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("a"), a => a.GetAttribute("href")!.Contains("javascript", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_of_a_letter_stays_text_and_hides_nothing()
    {
        script.Error = Hostile + "\u202e";
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("⟨U+202E⟩", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("script, [onmouseover]"));
        Assert.DoesNotContain("\u202e", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_letter_is_told_with_what_to_do()
    {
        Shop.Answer = _ => Task.FromResult((404, """{"title":"There is no such dead letter.","status":404,"detail":"GET /dlq lists them; one that was written just now may not have been read yet."}"""));
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("There is no such dead letter.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }
}
