using System.Text;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Messaging.Faults;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Tests.Shared;

public sealed class FaultRequestTests
{
    [Fact]
    public void The_least_that_can_be_said_fails_every_delivery_for_a_minute() => Assert.Equal(
        new FaultSpec(FaultSpec.Throw) { Point = FaultPoint.BeforeHandler, ExpiresIn = TimeSpan.FromSeconds(60) },
        Parse("""{"mode":"throw"}""").Spec);

    [Fact]
    public void All_that_can_be_said_is_understood() => Assert.Equal(
        new FaultSpec(FaultSpec.Throw)
        {
            IsPermanent = true, Count = 2, ExpiresIn = TimeSpan.FromHours(1), Match = new("7d0f", "orders.v1", "OrderPlaced"),
        },
        Parse("""{"point":"before-handler","mode":"throw","kind":"permanent","count":2,"expiresInSeconds":3600,"match":{"orderId":"7d0f","topic":"orders.v1","eventType":"OrderPlaced"}}""").Spec);

    [Theory]
    [InlineData("""{}""", "mode")]
    [InlineData("""{"mode":"explode"}""", "mode")]
    [InlineData("""{"mode":"reject"}""", "mode")]
    [InlineData("""{"mode":"throw","surprise":1}""", "surprise")]
    [InlineData("""{"mode":"throw","point":"after-poll"}""", "point")]
    [InlineData("""{"mode":"decline","point":"before-transaction"}""", "point")]
    [InlineData("""{"mode":"throw","kind":"sometimes"}""", "kind")]
    [InlineData("""{"mode":"delay","delayMs":5,"kind":"transient"}""", "kind")]
    [InlineData("""{"mode":"throw","kind":"permanent","point":"after-inbox-insert"}""", "kind")]
    [InlineData("""{"mode":"delay"}""", "delayMs")]
    [InlineData("""{"mode":"delay","delayMs":60001}""", "delayMs")]
    [InlineData("""{"mode":"throw","delayMs":5}""", "delayMs")]
    [InlineData("""{"mode":"throw","count":0}""", "count")]
    [InlineData("""{"mode":"throw","count":"1"}""", "count")]
    [InlineData("""{"mode":"throw","expiresInSeconds":3601}""", "expiresInSeconds")]
    [InlineData("""{"mode":"throw","match":[]}""", "match")]
    [InlineData("""{"mode":"throw","match":{"key":"x"}}""", "match.key")]
    [InlineData("""{"mode":"throw","point":"before-transaction","match":{"topic":"x"}}""", "match")]
    [InlineData("""[]""", "(body)")]
    [InlineData("""{"mode":"throw","mode":"delay"}""", "(body)")]
    public void What_makes_no_sense_is_refused_by_the_name_of_its_field(string body, string field)
    {
        var (spec, problems) = Parse(body);

        Assert.Null(spec);
        Assert.Equal([field], problems.Found.Select(p => p.Field));
    }

    private static (FaultSpec? Spec, Problems Problems) Parse(string body)
    {
        var problems = new Problems();
        return (FaultRequest.Parse(Encoding.UTF8.GetBytes(body), ["decline"], problems), problems);
    }
}
