using Kafkadog.Broker.Coordination.Groups.Consumer;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>RE2 expressions as Kafka's coordinator takes them (RE2/J), on topic names.</summary>
public sealed class SubscriptionPatternTests
{
    [Theory]
    [InlineData("orders.*", "orders.v1", true)]
    [InlineData("orders.*", "my-orders.v1", false)]
    [InlineData("orders", "orders.v1", false)]
    [InlineData("orders|payments", "payments", true)]
    [InlineData("orders|payments", "payments.v1", false)]
    [InlineData("^orders$", "orders", true)]
    [InlineData("(?i)ORDERS", "orders", true)]
    [InlineData("(?i:ORD)ers", "orders", true)]
    [InlineData("(?P<name>or)ders", "orders", true)]
    [InlineData("(?<name>or)ders", "orders", true)]
    [InlineData("(?:or|un)ders", "unders", true)]
    [InlineData("[[:alpha:]]+", "orders", true)]
    [InlineData("[[:alpha:]]+", "orders1", false)]
    [InlineData("[^[:digit:]]+", "orders1", false)]
    [InlineData(@"\Qa.b\E", "a.b", true)]
    [InlineData(@"\Qa.b\E", "axb", false)]
    [InlineData(@"\Aorders\z", "orders", true)]
    [InlineData(@"orders\.v\d{1,2}", "orders.v12", true)]
    [InlineData(@"orders\.v\d{1,2}", "orders.v123", false)]
    [InlineData(@"\x6frders", "orders", true)]
    [InlineData(@"\x{6f}rders", "orders", true)]
    [InlineData(@"\p{Ll}+", "orders", true)]
    [InlineData(@"\pL+", "orders", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("[]a]+", "a]a", true)]
    [InlineData("[a[]+", "a[a", true)]
    [InlineData("[a-c-[b]]", "b", false)]
    [InlineData("a??b*?", "abb", true)]
    [InlineData("(?U)a+", "aaa", true)]
    [InlineData("# x", "# x", true)]
    [InlineData("(a{2}){2}", "aaaa", true)]
    [InlineData("(a{100}){8}", "a", false)]
    [InlineData("", "", true)]
    public void Matches_whole_names(string expression, string topic, bool matches)
    {
        Assert.True(SubscriptionPattern.TryParse(expression, out var pattern, out var problem), problem);
        Assert.Equal(matches, pattern.Matches(topic));
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("a{2}{3}")]
    [InlineData("a{1001}")]
    [InlineData("(a{100}){100}")]
    [InlineData("a{3,2}")]
    [InlineData(@"\")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)b")]
    [InlineData("(?>a)")]
    [InlineData("(?#comment)a")]
    [InlineData("(?x)a")]
    [InlineData(@"\Z")]
    [InlineData(@"\cA")]
    [InlineData("[[:nothing:]]")]
    [InlineData("[z-a]")]
    [InlineData(@"\p{Nothing}")]
    [InlineData(@"\xZZ")]
    [InlineData("(?P<1->a)")]
    public void Refuses_what_RE2_refuses(string expression) => Assert.False(SubscriptionPattern.TryParse(expression, out _, out _));

    [Fact]
    public void Takes_linear_time_where_a_backtracking_engine_would_not_end()
    {
        Assert.True(SubscriptionPattern.TryParse("(a*)*b", out var pattern, out _));
        Assert.False(pattern.Matches(new string('a', 249)));
    }

    [Fact]
    public void Random_bytes_are_parsed_or_refused()
    {
        const string Alphabet = @"ab.[]()*+?{}|\^$-,:PQEpx<>019i";
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (SubscriptionPattern.TryParse(text, out var pattern, out _)) pattern.Matches("orders.v1");
        }
    }
}
