using Kafkadog.Dashboard.DeadLetters;

namespace Kafkadog.Dashboard.Tests.DeadLetters;

public sealed class LetterFilterTests
{
    [Fact]
    public void Path_has_what_is_given_escaped() => Assert.Equal(
        "/dlq?limit=50&status=OPEN&target=a%26b%3D%23&cursor=1_2",
        new LetterFilter("OPEN", "a&b=#", null, null, null).Path("1_2"));

    [Fact]
    public void Path_of_everything_is_the_newest_page() => Assert.Equal("/dlq?limit=50", new LetterFilter(null, null, null, null, null).Path(null));

    [Fact]
    public void Blank_is_not_given() => Assert.Null(LetterFilter.Given(" "));
}
