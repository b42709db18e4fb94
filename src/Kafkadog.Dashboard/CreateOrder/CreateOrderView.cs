using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>Whether an order can be placed at all: where the gateway is, or why there is none.</summary>
/// <param name="GatewayUrl">Null when no gateway is ready.</param>
public sealed record CreateOrderView(string? GatewayUrl, string? Problem, string? NextStep)
{
    public const string Role = "api-gateway";

    public static CreateOrderView Of(Observed observed)
    {
        var gateways = observed.Instances.Where(i => i.Role == Role).ToList();
        if (gateways.Find(i => i.State == ShopInstanceState.Ready) is { } ready)
        {
            return new(ready.Url, Problem: null, NextStep: null);
        }

        if (observed.InstancesProblem is { } problem)
        {
            return new(null, $"Nobody knows where the gateway is: {problem}", "Start the shop with kafkadog up; this page notices by itself.");
        }

        return gateways switch
        {
            [] => new(null, "There is no API gateway among the instances.", "Start the shop with kafkadog up; this page notices by itself."),
            [{ State: ShopInstanceState.Starting or ShopInstanceState.Restarting } g, ..] =>
                new(null, $"{g.Name} is starting.", "It takes a few seconds; what you typed stays here."),
            [{ State: ShopInstanceState.Frozen } g, ..] => new(null, $"{g.Name} is frozen and answers nobody.", "Thaw it on the page Instances; what you typed stays here."),
            [var g, ..] => new(null, $"{g.Name} is down ({g.State}).", "Start it on the page Instances; what you typed stays here."),
        };
    }
}
