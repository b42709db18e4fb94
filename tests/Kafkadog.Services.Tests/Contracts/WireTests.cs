using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Contracts;

/// <summary>What goes over the wire, byte by byte, and what comes from it, of every age.</summary>
public sealed class WireTests
{
    public static TheoryData<string> Types() => [.. Fixtures.Events.Select(e => EventType.Of(e).Name)];

    [Fact]
    public void The_fixtures_cover_every_type() => Assert.Equal(
        EventType.All.Select(t => t.Name), Fixtures.Events.Select(e => EventType.Of(e).Name));

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_is_written_exactly_as_it_was_first_published(string type)
    {
        var body = Fixtures.Events.Single(e => EventType.Of(e).Name == type);

        Assert.Equal(
            Encoding.UTF8.GetString(Fixtures.Read("published", type)).TrimEnd(),
            Encoding.UTF8.GetString(EventWriter.Write(Fixtures.Wrap(body))));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_written_can_be_read_back_unchanged(string type)
    {
        var envelope = Fixtures.Wrap(Fixtures.Events.Single(e => EventType.Of(e).Name == type));
        var written = EventWriter.Write(envelope);

        var read = Assert.IsType<ParseResult.Event>(EventParser.Parse(envelope.Type.Topic, type, envelope.Data.Key, written)).Envelope;

        Assert.Equal(envelope.Id, read.Id);
        Assert.Equal(envelope.CausationId, read.CausationId);
        Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(EventWriter.Write(read)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void No_written_value_is_one_that_the_first_readers_would_refuse(string type)
    {
        var root = JsonNode.Parse(Fixtures.Read("published", type))!;
        Visit(root, (name, value) =>
        {
            Assert.NotNull(value);
            if (name is "ts" or "timestamp" or "failedAt" || name.EndsWith("At", StringComparison.Ordinal))
            {
                Assert.Matches(new Regex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"), value.GetValue<string>());
            }

            if (name is "total" or "amount" or "price" or "revenue" or "totalRevenue")
            {
                Assert.Matches(new Regex(@"^\d+(\.\d{1,2})?$"), value.ToJsonString());
            }

            if (name is "id" or "orderId" or "paymentId" or "correlationId" or "traceId" or "causationId")
            {
                Assert.Matches(new Regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), value.GetValue<string>());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Fixtures.Files), MemberType = typeof(Fixtures))]
    public void Everything_ever_published_is_still_understood(string era, string type)
    {
        // The original named every type "Object"; only topic and shape tell its records apart.
        var headerType = era == "original" ? "Object" : type;
        var topic = EventType.Find(type)!.Topic;

        var read = EventParser.Parse(topic, headerType, Fixtures.Order.ToString(), Fixtures.Read(era, type));

        Assert.Equal(type, Assert.IsType<ParseResult.Event>(read).Envelope.Type.Name);
    }

    [Theory]
    [MemberData(nameof(Fixtures.Files), MemberType = typeof(Fixtures))]
    public void A_field_of_a_later_version_is_no_error(string era, string type)
    {
        var root = JsonNode.Parse(Fixtures.Read(era, type))!;
        root["later"] = 1;
        root["data"]!["later"] = new JsonObject { ["x"] = "y" };

        var read = EventParser.Parse(
            EventType.Find(type)!.Topic, null, Fixtures.Order.ToString(), Encoding.UTF8.GetBytes(root.ToJsonString()));

        Assert.Equal(type, Assert.IsType<ParseResult.Event>(read).Envelope.Type.Name);
    }

    [Fact]
    public void A_given_back_payment_looks_like_a_decline_to_readers_that_guess()
    {
        foreach (var type in (string[])["PaymentVoided", "PaymentRefunded"])
        {
            var data = JsonNode.Parse(Fixtures.Read("published", type))!["data"]!.AsObject();
            Assert.True(data.ContainsKey("reason"));
            Assert.False(data.ContainsKey("paymentId"));
        }
    }

    [Fact]
    public void A_wrapped_event_comes_out_byte_for_byte()
    {
        var original = "{ \"price\" : 1.50,\n \"\\u0061\": [1e2] }"u8.ToArray();
        var written = EventWriter.Write(Fixtures.Wrap(new OrderRetry(new(original), 1, Fixtures.Now, 5, "x", Fixtures.Now)));

        var read = Assert.IsType<ParseResult.Event>(EventParser.Parse(Topics.Retry, null, null, written));

        Assert.Equal(original, ((OrderRetry)read.Envelope.Data).OriginalEvent.Utf8.ToArray());
    }

    [Fact]
    public void Headers_name_the_event_in_both_conventions_and_none_is_empty()
    {
        var envelope = Fixtures.Wrap(Fixtures.Events.First(e => e is PaymentAuthorized));
        var headers = EventWriter.Headers(envelope, "payment-service").ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);

        Assert.Equal("PaymentAuthorized", headers[HeaderNames.EventType]);
        Assert.Equal("PaymentAuthorized", headers[HeaderNames.CloudEventsType]);
        Assert.Equal(envelope.Id.ToString(), headers[HeaderNames.EventId]);
        Assert.Equal(Fixtures.Cause.ToString(), headers[HeaderNames.CausationId]);
        Assert.Equal("2026-01-31T12:00:00.000Z", headers[HeaderNames.Timestamp]);
        Assert.DoesNotContain(headers.Values, string.IsNullOrEmpty);
        Assert.DoesNotContain(HeaderNames.TraceParent, headers.Keys);
    }

    private static void Visit(JsonNode node, Action<string, JsonNode> check)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Visit(item!, check);
            }
        }
        else if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields)
            {
                Assert.NotNull(value);
                if (value is JsonValue)
                {
                    check(name, value);
                }
                else if (name != "originalEvent")
                {
                    Visit(value, check);
                }
            }
        }
    }
}
