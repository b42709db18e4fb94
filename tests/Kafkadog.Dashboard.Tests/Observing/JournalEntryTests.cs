using System.Text.Json;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class JournalEntryTests
{
    [Theory]
    [InlineData("payment-service-group", "orders.v1", true)]
    [InlineData("dlq-indexer", "orders.retry.v1", true)]
    [InlineData("payment-service-retry", "orders.retry.v1", false)]
    public void Planned_attempt_that_comes_back_to_its_service_is_no_duplicate(string group, string topic, bool isDuplicate)
    {
        var text = $$"""{"sequence":1,"kind":"delivery","at":"2026-03-01T12:00:00Z","instanceId":"a-1","group":"{{group}}","topic":"{{topic}}","partition":0,"offset":3,"duplicate":true,"result":"duplicate"}""";

        Assert.Equal(isDuplicate, JsonSerializer.Deserialize<JournalEntry>(text, ServiceApi.Json)!.Duplicate);
    }
}
