using System.Text.Json;

namespace Kafkadog.Dashboard.Tests.DeadLetters;

/// <summary>What dlq-worker answers about three letters, one of them in full.</summary>
internal sealed class LetterScript
{
    public const string Id = "5f000000-0000-4000-8000-000000000001";
    public const string Order = "7d0f1111-0000-4000-8000-000000000001";

    public int Total { get; set; } = 3;

    public string Error { get; set; } = "injected fault 1: out of stock";

    public string OriginalTopic { get; set; } = "orders.v1";

    public byte[]? Original { get; set; } = "{\"id\":1}"u8.ToArray();

    public string? Letters { get; set; }

    private string Fields => $$"""
        "dlqId":"{{Id}}","status":"OPEN","kind":"exhausted","stage":"handle","target":"inventory-service-group","service":"inventory-service",
        "errorClass":"InjectedFaultException","errorMessage":{{JsonSerializer.Serialize(Error)}},"fingerprint":"9f2c4e7a1b3d5f60","eventId":"e1","eventType":"OrderPlaced",
        "orderId":"{{Order}}","correlationId":"5f000000-0000-4000-8000-000000000009",
        "original":{"topic":{{JsonSerializer.Serialize(OriginalTopic)}},"partition":1,"offset":12},"record":{"topic":"orders.dlq.v1","partition":0,"offset":3},
        "retries":5,"redrives":0,"firstFailedAt":"2026-03-01T14:00:00.000Z","failedAt":"2026-03-01T14:01:00.000Z"
        """;

    private string Bytes => Original is null ? "" : $"\"originalBase64\":\"{Convert.ToBase64String(Original)}\",";

    private string ErrorText => JsonSerializer.Serialize(Error);

    public string Answer(string path) => path switch
    {
        "/metrics/dlq" => $$$"""{"total":{{{Total}}},"open":{{{Total}}},"redriven":0,"discarded":0,"oldestOpenAgeSeconds":66,"byTarget":{"inventory-service-group":{{{Total}}}},"last24h":{{{Total}}},"retry":{"scheduled":1,"attemptsTotal":15}}""",
        "/dlq/timeline?minutes=60" => """{"minutes":60,"buckets":[{"at":"2026-03-01T14:01:00.000Z","poison":0,"permanent":0,"exhausted":3,"retries":5}]}""",
        "/dlq/fingerprints" => $$$"""[{"fingerprint":"9f2c4e7a1b3d5f60","errorClass":"InjectedFaultException","message":{{{ErrorText}}},"target":"inventory-service-group","count":3,"firstSeen":"2026-03-01T14:00:00.000Z","lastSeen":"2026-03-01T14:01:00.000Z","statuses":{"OPEN":3},"kinds":{"exhausted":3}}]""",
        _ when path.StartsWith("/dlq?", StringComparison.Ordinal) => $$$"""{"letters":[{{{Letters ?? "{" + Fields + "}"}}}],"nextCursor":"3_4"}""",
        _ => $$$"""
            { {{{Fields}}},
            "headers":[{"key":"x-error-class","value":"InjectedFaultException"},{"key":"x-error-class","value":{{{ErrorText}}}}],
            "body":{"data":{"finalError":{{{ErrorText}}}}},
            {{{Bytes}}}
            "history":[{"at":"2026-03-01T14:00:00.000Z","what":"retry-scheduled","attempt":1,"dueAt":"2026-03-01T14:00:02.000Z","error":"first","record":{"topic":"orders.retry.v1","partition":0,"offset":4}},
            {"at":"2026-03-01T14:01:00.000Z","what":"dead-lettered","attempt":5,"error":"last","record":{"topic":"orders.dlq.v1","partition":0,"offset":3}}] }
            """,
    };
}
