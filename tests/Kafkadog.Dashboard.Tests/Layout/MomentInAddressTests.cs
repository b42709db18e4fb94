using Kafkadog.Dashboard.Layout;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Layout;

public sealed class MomentInAddressTests : LiveContext
{
    private readonly Viewer viewer = new();

    private MomentInAddress Keep() => new(viewer, Navigation, Time, work =>
    {
        work();
        return Task.CompletedTask;
    });

    [Fact]
    public void Address_says_which_moment_is_looked_at()
    {
        Navigation.NavigateTo("/orders?at=2026-03-01T14:00:00.000Z");
        using var kept = Keep();

        Assert.Equal(Time.GetUtcNow().AddMinutes(-2).AddSeconds(-6).AddMilliseconds(-118), viewer.At);
    }

    [Theory]
    [InlineData("/orders?at=yesterday")]
    [InlineData("/orders?at=2036-01-01T00:00:00Z")]
    public void What_is_no_moment_of_the_past_is_now(string address)
    {
        Navigation.NavigateTo(address);
        using var kept = Keep();

        Assert.True(viewer.IsLive);
    }

    [Fact]
    public void Link_to_another_page_keeps_the_moment_until_it_is_now_again()
    {
        using var kept = Keep();
        viewer.LookAt(Time.GetUtcNow().AddMinutes(-1));
        Assert.EndsWith("?at=2026-03-01T14%3A01%3A06.118Z", Navigation.Uri, StringComparison.Ordinal);

        Navigation.NavigateTo("/orders?status=open");
        Assert.EndsWith("/orders?status=open&at=2026-03-01T14%3A01%3A06.118Z", Navigation.Uri, StringComparison.Ordinal);

        viewer.LookAt(null);
        Assert.EndsWith("/orders?status=open", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Address_with_another_moment_moves_there()
    {
        using var kept = Keep();
        viewer.LookAt(Time.GetUtcNow().AddMinutes(-1));

        Navigation.NavigateTo("/?at=2026-03-01T13:59:00Z");

        Assert.Equal(new DateTimeOffset(2026, 3, 1, 13, 59, 0, TimeSpan.Zero), viewer.At);
    }
}
