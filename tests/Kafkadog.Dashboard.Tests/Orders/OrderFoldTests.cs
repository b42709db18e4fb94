using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;
using Kafkadog.Dashboard.Tests.Story;

namespace Kafkadog.Dashboard.Tests.Orders;

public sealed class OrderFoldTests
{
    [Theory]
    [InlineData("OrderPlaced", PaymentStage.Pending, InventoryStage.Pending, OrderStatus.Open)]
    [InlineData("OrderPlaced PaymentAuthorized", PaymentStage.Authorized, InventoryStage.Pending, OrderStatus.Open)]
    [InlineData("OrderPlaced PaymentAuthorized InventoryReserved OrderCompleted", PaymentStage.Authorized, InventoryStage.Reserved, OrderStatus.Completed)]
    [InlineData("OrderPlaced InventoryReserved PaymentDeclined OrderCancelled InventoryReleased", PaymentStage.Declined, InventoryStage.Released, OrderStatus.Cancelled)]
    [InlineData("OrderPlaced PaymentAuthorized InventoryRejected OrderCancelled PaymentVoided", PaymentStage.Voided, InventoryStage.Rejected, OrderStatus.Cancelled)]
    [InlineData("OrderPlaced PaymentVoided PaymentAuthorized", PaymentStage.Voided, InventoryStage.Pending, OrderStatus.Open)]
    [InlineData("OrderPlaced OrderRetry OrderDLQ", PaymentStage.Pending, InventoryStage.Pending, OrderStatus.Failed)]
    [InlineData("OrderPlaced OrderDLQ OrderCancelled", PaymentStage.Pending, InventoryStage.Pending, OrderStatus.Cancelled)]
    [InlineData("PaymentAuthorized", PaymentStage.Authorized, InventoryStage.Pending, OrderStatus.Open)]
    public void Statuses_are_the_fold_of_the_records(string types, PaymentStage payment, InventoryStage inventory, OrderStatus status)
    {
        var script = new OrderScript();
        foreach (var type in types.Split(' '))
        {
            script.Write(script.Records.Count * 10, type);
        }

        var fold = OrderFold.Of(script.Records);

        Assert.Equal((payment, inventory, status), (fold.Payment, fold.Inventory, fold.Status));
    }

    [Fact]
    public void Retries_are_counted_and_what_is_missing_is_named()
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        script.Write(1, nameof(OrderRetry));
        script.Write(2, nameof(OrderRetry));
        script.Write(3, nameof(PaymentAuthorized));

        var fold = OrderFold.Of(script.Records);

        Assert.Equal((2, "inventory"), (fold.Retries, fold.WaitsFor));
    }

    [Fact]
    public void Cancelled_looks_different_from_failed()
    {
        var (cancelled, failed) = (OrderLook.Of(OrderStatus.Cancelled), OrderLook.Of(OrderStatus.Failed));

        Assert.NotEqual((cancelled.Kind, cancelled.Sign, cancelled.Word), (failed.Kind, failed.Sign, failed.Word));
        Assert.Equal(ChipKind.Bad, failed.Kind);
        Assert.NotEqual(ChipKind.Bad, cancelled.Kind);
    }
}
