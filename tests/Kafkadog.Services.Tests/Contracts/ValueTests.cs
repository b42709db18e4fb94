using System.Globalization;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Contracts;

public sealed class ValueTests
{
    [Theory]
    [InlineData("00000000-0000-4000-8000-000000000001", 0)]
    [InlineData("00000000-0000-4000-8000-000000000002", 2)]
    [InlineData("00000000-0000-4000-8000-000000000003", 0)]
    [InlineData("00000000-0000-4000-8000-000000000004", 1)]
    [InlineData("00000000-0000-4000-8000-000000000005", 1)]
    [InlineData("3f2504e0-4f89-41d3-9a0c-0305e82c3301", 2)]
    [InlineData("f47ac10b-58cc-4372-a567-0e02b2c3d479", 2)]
    public void An_order_goes_to_the_partition_every_Kafka_client_would_choose(string orderId, int partition) =>
        Assert.Equal(partition, Murmur2.PartitionOf(Encoding.UTF8.GetBytes(orderId), 3));

    [Fact]
    public void Murmur2_is_that_of_the_Java_client()
    {
        var vectors = File.ReadLines(Path.Combine(Fixtures.Folder, "murmur2.tsv")).Skip(1).ToList();
        Assert.Equal(300, vectors.Count);
        foreach (var fields in vectors.Select(v => v.Split('\t')))
        {
            var key = Convert.FromHexString(fields[0]);
            Assert.Equal(int.Parse(fields[1], CultureInfo.InvariantCulture), Murmur2.Hash(key));
            Assert.Equal(int.Parse(fields[3], CultureInfo.InvariantCulture), Murmur2.PartitionOf(key, 3));
            Assert.Equal(int.Parse(fields[4], CultureInfo.InvariantCulture), Murmur2.PartitionOf(key, 12));
        }
    }

    [Fact]
    public void A_trace_id_survives_the_envelope()
    {
        var text = TraceIds.FromW3C("4bf92f3577b34da6a3ce929d0e0e4736").ToString();

        Assert.Equal("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", text);
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", TraceIds.ToW3C(Guid.Parse(text)));
    }

    [Fact]
    public void Named_ids_are_those_of_the_standard() => Assert.Equal(
        Guid.Parse("886313e1-3b8a-5372-9b90-0c9aee199e5d"),
        EventIds.Uuid5(Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "python.org"));

    [Fact]
    public void Derived_ids_repeat_and_differ_by_cause_type_and_service()
    {
        Guid Id(string service, Guid cause, string type) => EventIds.Derived(service, cause, type, Fixtures.Order);
        var id = Id("payment-service", Fixtures.Cause, "PaymentAuthorized");

        Assert.Equal(id, Id("payment-service", Fixtures.Cause, "PaymentAuthorized"));
        Assert.NotEqual(id, Id("inventory-service", Fixtures.Cause, "PaymentAuthorized"));
        Assert.NotEqual(id, Id("payment-service", Fixtures.Payment, "PaymentAuthorized"));
        Assert.NotEqual(id, Id("payment-service", Fixtures.Cause, "PaymentDeclined"));
    }

    [Fact]
    public void Derived_ids_begin_with_the_time_of_what_they_derive_from()
    {
        var cause = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000));
        foreach (var id in (Guid[])[EventIds.Derived("payment-service", cause, "PaymentAuthorized", Fixtures.Order), EventIds.Outcome(cause)])
        {
            Assert.Equal(8, id.Version);
            Assert.Equal(cause.ToString()[..13], id.ToString()[..13]);
            Assert.NotEqual(cause, id);
        }
    }

    [Theory]
    [InlineData("599.9699999999999", 59997, "599.97")]
    [InlineData("0.005", 1, "0.01")]
    [InlineData("1.004", 100, "1")]
    [InlineData("1.10", 110, "1.1")]
    [InlineData("5", 500, "5")]
    [InlineData("1e2", 10000, "100")]
    public void Money_is_rounded_half_up_when_read_and_short_when_written(string json, long cents, string written)
    {
        var amount = JsonSerializer.Deserialize<Money>(json);

        Assert.Equal(cents, amount.Cents);
        Assert.Equal(written, JsonSerializer.Serialize(amount));
    }

    [Theory]
    [InlineData("\"5\"")]
    [InlineData("1e300")]
    [InlineData("99999999999999999")]
    [InlineData("null")]
    [InlineData("true")]
    public void Money_is_refused_when_it_is_no_number_or_beyond_reason(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Money>(json));

    [Fact]
    public void Each_topic_says_how_long_it_keeps_records()
    {
        Assert.Equal("604800000", Topics.All.Single(t => t.Name == Topics.Orders).Configuration()["retention.ms"]);
        Assert.Equal("-1", Topics.All.Single(t => t.Name == Topics.Orders).Configuration(keepForever: true)["retention.ms"]);
        Assert.Equal("compact", Topics.All.Single(t => t.Name == Topics.AnalyticsChangelog).Configuration()["cleanup.policy"]);
    }
}
