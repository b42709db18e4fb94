using Bunit;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.DeadLetters;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.Asking;
using Kafkadog.Dashboard.Tests.CreateOrder;

namespace Kafkadog.Dashboard.Tests.DeadLetters;

public sealed class DeadLettersPageTests : PageContext
{
    private readonly LetterScript script = new();

    public DeadLettersPageTests() => Shop.Answer = path => Task.FromResult((200, script.Answer(path)));

    private IRenderedComponent<DeadLettersPage> Page(string address = "/dlq")
    {
        Observation.Write(o => o.SetInstances([new("dlq-worker-1", "dlq-worker", 1, FakeGateway.Url, ShopInstanceState.Ready)], Time.GetUtcNow()));
        Navigation.NavigateTo(address);
        return Render<DeadLettersPage>();
    }

    [Fact]
    public void Nothing_dead_teaches_what_one_is_and_how_to_make_one()
    {
        script.Total = 0;
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("What is a dead letter?", page.Markup, StringComparison.Ordinal));
        Assert.Equal("""kafkadog produce orders.v1 "this is not an order" --key broken""", page.Find(".command").TextContent);
        Assert.NotNull(page.Find("a[href='/instances']"));
    }

    [Fact]
    public void Looking_back_the_page_says_that_its_answers_are_of_now()
    {
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains($"/dlq/{LetterScript.Id}", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("earlier moment", page.Markup, StringComparison.Ordinal);

        Viewer.LookAt(Time.GetUtcNow().AddMinutes(-1));

        page.WaitForAssertion(() => Assert.Contains("dlq-worker only knows now", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Letters_lead_to_their_details_order_and_original()
    {
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains($"/dlq/{LetterScript.Id}", page.Markup, StringComparison.Ordinal));
        var links = page.FindAll("tbody a").Select(a => a.GetAttribute("href")).ToList();

        Assert.Contains($"/orders/{LetterScript.Order}", links);
        Assert.Contains("http://localhost:8080/topics/orders.v1/p/1/o/12", links);
        Assert.Contains("http://localhost/dlq?fingerprint=9f2c4e7a1b3d5f60", links);
        Assert.DoesNotContain("What is a dead letter?", page.Markup, StringComparison.Ordinal);
        Assert.Contains("comes with a later version", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_and_page_are_in_the_address_and_asked_for()
    {
        var page = Page("/dlq?status=OPEN&kind=poison&fingerprint=9f2c4e7a1b3d5f60&cursor=1_2");

        page.WaitForAssertion(() => Assert.Contains(
            Shop.Requests, r => r.Path == "/dlq?limit=50&status=OPEN&fingerprint=9f2c4e7a1b3d5f60&kind=poison&cursor=1_2"));
        Assert.Equal("OPEN", page.Find("#dlq-status").GetAttribute("value"));
        page.WaitForAssertion(() => Assert.Equal("http://localhost/dlq?status=OPEN&kind=poison&fingerprint=9f2c4e7a1b3d5f60&cursor=3_4", page.FindAll("a").Single(a => a.TextContent == "Older »").GetAttribute("href")));

        page.Find("#dlq-kind").Change("exhausted");

        Assert.EndsWith("/dlq?status=OPEN&kind=exhausted&fingerprint=9f2c4e7a1b3d5f60", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_that_hides_all_can_be_cleared()
    {
        script.Letters = "";
        var page = Page("/dlq?kind=poison");
        page.WaitForAssertion(() => Assert.Contains("0 of 3 match", page.Markup, StringComparison.Ordinal));

        page.FindAll("button").Single(b => b.TextContent == "Clear filter").Click();

        Assert.EndsWith("/dlq", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_question_says_why()
    {
        Shop.Answer = path => Task.FromResult(path.StartsWith("/dlq?", StringComparison.Ordinal)
            ? (400, """{"title":"The question is not valid.","status":400,"detail":"Correct the parameters listed in errors and ask again."}""")
            : (200, script.Answer(path)));
        var page = Page("/dlq?status=WRONG");

        page.WaitForAssertion(() => Assert.Contains("The question is not valid.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_letter_is_asked_for_when_the_index_has_it()
    {
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal(4, Shop.Requests.Count));

        Observation.Write(o => o.Tape(new(Topics.DeadLetters, 0)).MoveEnd(1));
        Observation.Write(o => o.Commits.Add(Groups.DeadLetterIndexer, new(Topics.DeadLetters, 0), 1, Time.GetUtcNow()));
        Viewer.LookAt(Time.GetUtcNow());
        Viewer.LookAt(null);
        await Time.PassAsync(page, TimeSpan.FromSeconds(2));

        page.WaitForAssertion(() => Assert.Equal(8, Shop.Requests.Count));
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
}
