using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.CreateOrder;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Dashboard.Tests;

/// <summary>What pages that ask services find besides: services that answer what the test says.</summary>
public abstract class PageContext : LiveContext
{
    private readonly FakeGateway services = new();

    protected PageContext()
    {
        var http = new HttpClient(services);
        Services.AddSingleton(new ServiceApi(http));
        Services.AddSingleton(new GatewayClient(http, TimeProvider.System));
    }

    internal FakeGateway Shop => services;

    protected void GatewayIsReady() => Observation.Write(o => o.SetInstances(
        [new("api-gateway-1", "api-gateway", 1, FakeGateway.Url, ShopInstanceState.Ready)], Time.GetUtcNow()));
}
