using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.CreateOrder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Tests;

/// <summary>What live pages find besides: what is observed, and services that answer what the test says.</summary>
public abstract class PageContext : ComponentContext
{
    private readonly FakeGateway services = new();

    protected PageContext()
    {
        Observation = new(Options.Create(new DashboardOptions()), Time);
        var http = new HttpClient(services);
        Services.AddSingleton(Observation);
        Services.AddSingleton(new LiveUpdates(Observation, Time));
        Services.AddScoped<Viewer>();
        Services.AddSingleton(new ServiceApi(http));
        Services.AddSingleton(new GatewayClient(http, TimeProvider.System));
    }

    protected Observation Observation { get; }

    internal FakeGateway Shop => services;

    protected void GatewayIsReady() => Observation.Write(o => o.SetInstances(
        [new("api-gateway-1", "api-gateway", 1, FakeGateway.Url, ShopInstanceState.Ready)], Time.GetUtcNow()));
}
