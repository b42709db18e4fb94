using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class FormattingTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.3, "< 1 ms")]
    [InlineData(12, "12 ms")]
    [InlineData(99.4, "99 ms")]
    [InlineData(99.6, "0.10 s")]
    [InlineData(840, "0.84 s")]
    [InlineData(9_994, "9.99 s")]
    [InlineData(9_996, "10 s")]
    [InlineData(42_300, "42 s")]
    [InlineData(59_600, "1 min")]
    [InlineData(180_000, "3 min")]
    [InlineData(7_500_000, "2 h 5 min")]
    [InlineData(7_200_000, "2 h")]
    [InlineData(90_000_000, "1 d 1 h")]
    [InlineData(-12, "−12 ms")]
    public void Duration_is_short(double milliseconds, string text) => Assert.Equal(text, Durations.Short(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(-5, "now")]
    [InlineData(0.9, "now")]
    [InlineData(14.9, "14 s ago")]
    [InlineData(61, "1 min ago")]
    [InlineData(3_600, "1 h ago")]
    [InlineData(200_000, "2 d ago")]
    public void Age_is_in_whole_units_and_never_in_the_future(double seconds, string text) => Assert.Equal(text, Durations.Ago(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(72, "1:12")]
    [InlineData(4.2, "0:05")]
    [InlineData(-3, "0:00")]
    [InlineData(3_600, "1:00:00")]
    public void Count_down_reads_like_a_clock(double seconds, string text) => Assert.Equal(text, Durations.Clock(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_is_not_known_is_a_dash_and_never_zero()
    {
        Assert.Equal("—", Durations.Short(null));
        Assert.Equal("—", Figures.Count(null));
        Assert.Equal("—", Figures.Amount(null));
        Assert.Equal("—", Figures.Rate(null));
        Assert.Equal("—", Figures.Bytes(null));
    }

    [Fact]
    public void Money_has_two_decimals_and_groups()
    {
        Assert.Equal("1,299.97", Figures.Amount(new Money(129_997)));
        Assert.Equal("0.05", Figures.Amount(new Money(5)));
        Assert.Equal("-1.50", Figures.Amount(new Money(-150)));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.04, "0.04")]
    [InlineData(6.24, "6.2")]
    [InlineData(1240.4, "1,240")]
    public void Rate_shows_the_digits_that_count(double rate, string text) => Assert.Equal(text, Figures.Rate(rate));

    [Theory]
    [InlineData(312, "312 B")]
    [InlineData(1_500_000, "1.4 MiB")]
    [InlineData(1_048_570, "1.0 MiB")]
    public void Size_has_a_fitting_unit(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Fact]
    public void Long_id_is_shortened_and_a_short_one_is_not()
    {
        Assert.Equal("…0000c2", Figures.ShortId("7f3a0000-0000-0000-0000-0000000000c2"));
        Assert.Equal("order-1", Figures.ShortId("order-1"));
    }

    [Fact]
    public void Console_link_escapes_the_topic() =>
        Assert.Equal("http://localhost:8080/topics/a%2F..%3Fb/p/1/o/40", ConsoleLinks.Record("http://localhost:8080/", "a/..?b", 1, 40));

    [Fact]
    public void Spark_line_goes_from_edge_to_edge()
    {
        Assert.Equal("M0 28l1 -12l1 -13", SparkLine.Path([0, 5, 10]));
        Assert.Null(SparkLine.Path([1]));
    }

    [Fact]
    public void Spark_line_without_a_change_is_short()
    {
        Assert.Equal("M0 28h59", SparkLine.Path(new double[60]));
        Assert.Equal("M0 28h2l1 -25h1l1 25", SparkLine.Path([0, 0, 0, 7, 7, 0]));
    }
}
