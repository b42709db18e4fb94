using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Tests.Components;

public sealed class ByteDumpTests
{
    [Fact]
    public void Lines_show_place_bytes_and_ascii() => Assert.Equal(
        """
        00000000  7b 22 61 22 3a 31 7d 0a  00 ff 20 7e 7f 41 42 43  {"a":1}... ~.ABC
        00000010  44                                                D

        """,
        ByteDump.Of([.. "{\"a\":1}\n"u8, 0, 0xff, .. " ~"u8, 0x7f, .. "ABCD"u8]),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Nothing_is_nothing() => Assert.Equal("", ByteDump.Of([]));

    [Fact]
    public void More_than_fits_a_page_is_cut() =>
        Assert.Equal(ByteDump.MostShown / 16, ByteDump.Of(new byte[ByteDump.MostShown + 100]).Count(c => c == '\n'));
}
