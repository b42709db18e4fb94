using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Story;

/// <summary>An e-mail, as <c>GET /emails</c> of the notification service answers.</summary>
/// <param name="State">Whether it was only claimed, sent, or nobody knows after a crash.</param>
public sealed record EmailAnswer(
    Guid EmailId, Guid OrderId, string Kind, string To, string Subject, string Body, string State, DateTimeOffset ClaimedAt, DateTimeOffset? SentAt = null);

/// <summary>What the saga knows of an order, as <c>GET /order-saga/orders/{id}</c> answers.</summary>
public sealed record SagaAnswer(Guid OrderId, string Status, string Compensation, SagaOpen? Open = null);

/// <summary>Only while there is no outcome.</summary>
public sealed record SagaOpen(IReadOnlyList<string> Missing, bool Overdue, string Because, DateTimeOffset? DeadlineAt = null, double? SecondsLeft = null);

/// <summary>An order in the gateway's read model, as <c>GET /orders/{id}</c> answers.</summary>
public sealed record GatewayOrder(
    Guid OrderId,
    string UserId,
    IReadOnlyList<OrderLine> Items,
    Money Total,
    string PaymentStatus,
    string InventoryStatus,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? Code = null,
    IReadOnlyList<GatewayTimelineEntry>? Timeline = null);

public sealed record GatewayTimelineEntry(
    string Topic, int Partition, long Offset, string Type, DateTimeOffset Time, int Attempts = 0, string? Target = null, string? Detail = null);
