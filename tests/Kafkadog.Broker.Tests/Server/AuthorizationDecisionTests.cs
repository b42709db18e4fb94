using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Server;

public sealed class AuthorizationDecisionTests
{
    /// <summary>An API that is added fails here until somebody has decided, and shown, whom it serves.</summary>
    [Fact]
    public void Every_api_that_is_served_is_decided_on_by_access_control()
    {
        var decided = AuthorizationCases.All.Select(one => one.Api.Key).Concat(AuthorizationCases.Open.Keys).ToHashSet();
        Assert.All(new ApiTable().All, api => Assert.Contains(api.Schema.Key, decided));
    }
}
