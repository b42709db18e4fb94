using System.Net;
using System.Net.Http.Json;
using Bunit;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Instances;
using Kafkadog.Dashboard.Observing;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests.Instances;

public sealed class InstancesPageTests : LiveContext
{
    private readonly Processes processes = new();
    private readonly Chaos chaos = new();

    public InstancesPageTests()
    {
        ServiceApi api = new(new HttpClient(chaos));
        Services.AddSingleton<IInstanceControl>(processes);
        Services.AddSingleton(api);
        Services.AddSingleton<InstanceWatch>().AddSingleton<FaultWatch>().AddSingleton<FaultSwitches>();
        Observation.Write(o => o.SetInstances(processes.Instances, Observation.Now));
    }

    [Fact]
    public void Nothing_known_yet_and_nobody_answering_are_two_states()
    {
        Observation.Write(o => o.SetInstances([], Observation.Now));
        var page = Render<InstancesPage>();
        Assert.Contains("No instance is known yet", page.Markup);

        Observation.Write(o => o.InstancesProblem = Hostile);
        page = Render<InstancesPage>();
        Assert.Contains(Hostile, page.Find("[role=alert]").TextContent);
        Assert.Empty(page.FindAll("script"));
    }

    [Fact]
    public void A_kill_says_what_will_happen_then_does_it_and_shows_it()
    {
        var page = Render<InstancesPage>();

        Box(page, "payment-service-1").QuerySelectorAll(".actions button").Single(b => b.TextContent == "Kill −9").Click();
        Assert.Empty(processes.Asked);
        Assert.Contains("SIGKILL", page.Find(".confirm").TextContent);

        page.Find(".confirm button.danger").Click();

        page.WaitForAssertion(() => Assert.Contains("killed", Box(page, "payment-service-1").QuerySelector(".chip")!.TextContent));
        Assert.Equal(["kill payment-service-1"], processes.Asked);
        Assert.Equal("payment-service-1 was killed.", Assert.Single(Toasts.Shown).Text);
    }

    [Fact]
    public void A_refusal_is_shown_as_it_was_said()
    {
        processes.Refusal = "payment-service-1 has no process; start it";
        var page = Render<InstancesPage>();

        Box(page, "payment-service-1").QuerySelectorAll(".actions button").Single(b => b.TextContent == "Stop").Click();
        page.Find(".confirm button.danger").Click();

        page.WaitForAssertion(() => Assert.Equal((ChipKind.Bad, processes.Refusal), (Toasts.Shown[0].Kind, Toasts.Shown[0].Text)));
    }

    [Fact]
    public void What_cannot_be_done_says_why()
    {
        var page = Render<InstancesPage>();

        var start = Box(page, "payment-service-1").QuerySelectorAll(".actions button").Single(b => b.TextContent == "Start again");

        Assert.Equal("true", start.GetAttribute("aria-disabled"));
        Assert.Equal("payment-service-1 has not been stopped or killed.", start.GetAttribute("title"));
    }

    [Fact]
    public void Last_lines_are_text_and_nothing_but_text()
    {
        var page = Render<InstancesPage>();

        Box(page, "payment-service-1").QuerySelectorAll("button").Single(b => b.TextContent.StartsWith("Last lines", StringComparison.Ordinal)).Click();

        page.WaitForAssertion(() => Assert.Equal(Hostile, page.Find("pre.log").TextContent));
        Assert.Empty(page.FindAll("script"));
    }

    [Fact]
    public void Without_a_supervisor_there_are_commands_and_no_buttons()
    {
        processes.CanChange = false;
        var page = Render<InstancesPage>();

        Assert.Empty(page.FindAll(".actions"));
        Assert.Contains("docker compose up -d --scale payment-service=3", page.Markup);
    }

    [Fact]
    public void A_fault_goes_to_every_running_instance_of_its_role()
    {
        var page = Render<InstancesPage>();

        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Equal(["http://127.0.0.1:26601/chaos", "http://127.0.0.1:26602/chaos"], chaos.Posted.Order(StringComparer.Ordinal)));
        page.WaitForAssertion(() => Assert.Contains("on each of 2 instances", page.Find(".faults").TextContent));

        page.FindAll(".faults button").Single().Click();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".faults button")));
        Assert.Equal(2, chaos.Deleted.Count);
    }

    [Fact]
    public void The_ribbon_shows_a_fault_on_any_page_and_turns_it_off()
    {
        var ribbon = Render<FaultRibbonLive>();
        Assert.Empty(ribbon.Markup.Trim());

        chaos.Faults["http://127.0.0.1:26601"] = true;
        Observation.Write(o => o.Faults = [new(processes.Instances[0], Chaos.Fault(Observation.Now))]);
        ribbon = Render<FaultRibbonLive>();
        Assert.Contains("2 left · ends in 1:00", ribbon.Markup);

        ribbon.Find("button").Click();
        ribbon.WaitForAssertion(() => Assert.Empty(ribbon.FindAll("button")));
    }

    private ToastQueue Toasts => Services.GetRequiredService<ToastQueue>();

    private static AngleSharp.Dom.IElement Box(IRenderedComponent<InstancesPage> page, string name) =>
        page.FindAll("article.instance").Single(a => a.QuerySelector("h3")!.TextContent == name);

    /// <summary>Processes as a supervisor would keep them.</summary>
    private sealed class Processes : IInstanceControl
    {
        public List<ShopInstance> Instances { get; } =
        [
            new("payment-service-1", "payment-service", 1, "http://127.0.0.1:26601", ShopInstanceState.Ready, 11),
            new("payment-service-2", "payment-service", 2, "http://127.0.0.1:26602", ShopInstanceState.Ready, 12),
        ];

        public List<string> Asked { get; } = [];

        public string? Refusal { get; set; }

        public bool CanChange { get; set; } = true;

        public Task<IReadOnlyList<ShopInstance>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ShopInstance>>([.. Instances]);

        public Task ChangeAsync(string instance, string verb, CancellationToken cancellationToken)
        {
            if (Refusal is not null)
            {
                throw new InstanceControlException(Refusal);
            }

            Asked.Add($"{verb} {instance}");
            var at = Instances.FindIndex(i => i.Name == instance);
            Instances[at] = Instances[at] with { State = ShopInstanceState.Killed, ProcessId = null };
            return Task.CompletedTask;
        }

        public Task AddAsync(string role, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string> LogTailAsync(string instance, int lines, CancellationToken cancellationToken) => Task.FromResult(Hostile);
    }

    /// <summary>The services' side of <c>/chaos</c>, as far as one fault goes.</summary>
    private sealed class Chaos : HttpMessageHandler
    {
        public Dictionary<string, bool> Faults { get; } = new(StringComparer.Ordinal);

        public List<string> Posted { get; } = [];

        public List<string> Deleted { get; } = [];

        private readonly Lock gate = new();

        public static ServiceFault Fault(DateTimeOffset now) => new(1, "before-handler", "throw", "active", now, now.AddMinutes(1), "transient", Count: 2, Remaining: 2);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (gate)
            {
                var service = request.RequestUri!.GetLeftPart(UriPartial.Authority);
                if (request.Method == HttpMethod.Post)
                {
                    Posted.Add(request.RequestUri.ToString());
                    Faults[service] = true;
                    return Answer(Fault(new(2026, 3, 1, 14, 2, 6, TimeSpan.Zero)));
                }

                if (request.Method == HttpMethod.Delete)
                {
                    Deleted.Add(request.RequestUri.ToString());
                    Faults[service] = false;
                    return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
                }

                return Answer(new FaultList("payment-service", "x", [], Faults.GetValueOrDefault(service) ? [Fault(new(2026, 3, 1, 14, 2, 6, TimeSpan.Zero))] : []));
            }
        }

        private static Task<HttpResponseMessage> Answer<T>(T body) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(body, options: ServiceApi.Json) });
    }
}
