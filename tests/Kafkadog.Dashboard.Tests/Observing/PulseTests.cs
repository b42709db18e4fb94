using Bunit;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class PulseTests : LiveContext
{
    private readonly List<string> log = [];

    [Fact]
    public async Task What_changed_together_is_rendered_in_one_batch()
    {
        Render(Page(withBatches: true));
        log.Clear();

        await ChangeAsync();

        // In one batch everything is rendered before anything hears that it was.
        Assert.Equal(["render a", "render b"], log.Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(["after a", "after b"], log.Skip(2).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_did_not_change_is_not_rendered()
    {
        Render(Page(withBatches: true));
        log.Clear();

        Viewer.LookAt(Time.GetUtcNow());
        await Task.Yield();

        Assert.Empty(log);
    }

    [Fact]
    public async Task Components_that_are_gone_leave_nothing_behind()
    {
        var updates = Services.GetRequiredService<LiveUpdates>();
        Render(Page(withBatches: false));
        Assert.Equal(1, updates.Watching);

        await DisposeComponentsAsync();

        Assert.Equal(0, updates.Watching);
    }

    private async Task ChangeAsync()
    {
        var updates = Services.GetRequiredService<LiveUpdates>();
        await updates.StartAsync(Xunit.TestContext.Current.CancellationToken);
        var rendered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Counter.Rendered = () =>
        {
            if (log.Count == 4)
            {
                rendered.TrySetResult();
            }
        };
        Observation.Write(o => o.InstancesProblem = "changed");
        await rendered.Task.WaitAsync(TimeSpan.FromSeconds(10), Xunit.TestContext.Current.CancellationToken);
        await updates.StopAsync(Xunit.TestContext.Current.CancellationToken);
    }

    private RenderFragment Page(bool withBatches) => builder =>
    {
        if (withBatches)
        {
            builder.OpenComponent<RenderTogether>(0);
            builder.CloseComponent();
        }

        foreach (var name in new[] { "a", "b" })
        {
            builder.OpenComponent<Counter>(1);
            builder.AddComponentParameter(2, nameof(Counter.Name), name);
            builder.AddComponentParameter(3, nameof(Counter.Log), log);
            builder.CloseComponent();
        }
    };

    private sealed class Counter : LiveComponent<string>
    {
        public static Action? Rendered { get; set; }

        [Parameter]
        public string Name { get; set; } = "";

        [Parameter]
        public List<string> Log { get; set; } = null!;

        protected override TimeSpan Interval => LiveUpdates.ShortestPause;

        public override string MakeView(Observed observed, Moment moment) => observed.InstancesProblem ?? "";

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            Log.Add($"render {Name}");
            builder.AddContent(0, View);
        }

        protected override void OnAfterRender(bool firstRender)
        {
            base.OnAfterRender(firstRender);
            Log.Add($"after {Name}");
            Rendered?.Invoke();
        }
    }
}
