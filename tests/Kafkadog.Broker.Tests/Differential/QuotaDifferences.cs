using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Client quotas: set, described, removed, and refused.</summary>
public sealed class QuotaDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("AlterClientQuotas")]
    public Task Quota_is_set_told_and_removed(short version) => CompareAsync(async kafka =>
    {
        var user = kafka.Name("user");
        await kafka.AskAsync<AlterClientQuotasResponse>(version, Alter([("user", user)], ("producer_byte_rate", 1000), ("request_percentage", 12.5)));
        await kafka.AskUntilAsync<DescribeClientQuotasResponse>(version, Describe(("user", 0, user)), answer => answer.Entries!.Count == 1, anyOrder: true);
        await kafka.AskAsync<AlterClientQuotasResponse>(version, Alter([("user", user)], ("producer_byte_rate", null)));
        await kafka.AskUntilAsync<DescribeClientQuotasResponse>(version, Describe(("user", 0, user)), answer => answer.Entries![0].Values.Count == 1);
        await kafka.AskAsync<AlterClientQuotasResponse>(version, Alter([("user", user)], ("request_percentage", null)));
        await kafka.AskUntilAsync<DescribeClientQuotasResponse>(version, Describe(("user", 0, user)), answer => answer.Entries!.Count == 0);
    });

    [Fact]
    public Task Quota_of_a_user_with_a_client_id() => CompareAsync(async kafka =>
    {
        var (user, client) = (kafka.Name("user"), kafka.Name("client"));
        await kafka.AskAsync<AlterClientQuotasResponse>(1, Alter([("client-id", client), ("user", user)], ("consumer_byte_rate", 2048)));
        await kafka.AskUntilAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, user)), answer => answer.Entries!.Count == 1, anyOrder: true);
        var strict = Describe(("user", 0, user));
        strict.Strict = true;
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, strict);
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, user), ("client-id", 2, null)));
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, user), ("client-id", 1, null)));
    });

    [Fact]
    public Task Quota_of_an_address() => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<AlterClientQuotasResponse>(1, Alter([("ip", "192.0.2.17")], ("connection_creation_rate", 5)));
        await kafka.AskUntilAsync<DescribeClientQuotasResponse>(1, Describe(("ip", 0, "192.0.2.17")), answer => answer.Entries!.Count == 1, anyOrder: true);
        await kafka.AskAsync<AlterClientQuotasResponse>(1, Alter([("ip", "192.0.2.17")], ("connection_creation_rate", null)));
        await kafka.AskAsync<AlterClientQuotasResponse>(1, Alter([("ip", "not an address")], ("connection_creation_rate", 5)));
    });

    [Fact]
    public Task Quota_that_is_only_validated_is_not_set() => CompareAsync(async kafka =>
    {
        var user = kafka.Name("user");
        var request = Alter([("user", user)], ("producer_byte_rate", 1000));
        request.ValidateOnly = true;
        await kafka.AskAsync<AlterClientQuotasResponse>(1, request);
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, user)));
    });

    [Theory]
    [InlineData("producer_byte_rate", 0)]
    [InlineData("producer_byte_rate", -5)]
    [InlineData("producer_byte_rate", 1.5)]
    [InlineData("request_percentage", 0.25)]
    [InlineData("controller_mutation_rate", 1.5)]
    [InlineData("connection_creation_rate", 5)]
    [InlineData("no_such_quota", 5)]
    public Task Quota_of_a_user_has_a_key_and_a_value(string key, double value) => CompareAsync(kafka =>
        kafka.AskAsync<AlterClientQuotasResponse>(1, Validate(Alter([("user", kafka.Name("user"))], (key, value)))));

    [Theory]
    [InlineData("connection_creation_rate", 1.5)]
    [InlineData("producer_byte_rate", 5)]
    public Task Quota_of_an_address_has_a_key_and_a_value(string key, double value) => CompareAsync(kafka =>
        kafka.AskAsync<AlterClientQuotasResponse>(1, Validate(Alter([("ip", "192.0.2.18")], (key, value)))));

    [Theory]
    [InlineData("")]
    [InlineData("user=")]
    [InlineData("planet=mars")]
    [InlineData("user=a,user=a")]
    [InlineData("ip=192.0.2.1,user=a")]
    [InlineData("=a")]
    public Task Quota_is_for_an_entity(string entity) => CompareAsync(kafka =>
        kafka.AskAsync<AlterClientQuotasResponse>(1, Validate(Alter(
            [.. entity.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=')).Select(part => (part[0], (string?)part[1]))], ("producer_byte_rate", 5))), anyOrder: true));

    [Fact]
    public Task Default_quotas() => CompareAsync(kafka =>
        kafka.AskAsync<AlterClientQuotasResponse>(1, Validate(Alter([("user", null), ("client-id", null)], ("producer_byte_rate", 5))), anyOrder: true));

    [Theory]
    [InlineData("planet", 0, "mars")]
    [InlineData("", 0, "x")]
    [InlineData("user", 0, null)]
    [InlineData("user", 1, "x")]
    [InlineData("user", 2, "x")]
    [InlineData("user", 7, null)]
    public Task Filter_that_makes_no_sense_is_refused(string type, sbyte match, string? name) => CompareAsync(kafka =>
        kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe((type, match, name))));

    [Fact]
    public Task Filter_with_a_type_twice_or_with_types_that_do_not_go_together_is_refused() => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, "a"), ("user", 0, "b")));
        await kafka.AskAsync<DescribeClientQuotasResponse>(1, Describe(("user", 0, "a"), ("ip", 0, "192.0.2.1")));
    });

    private static AlterClientQuotasRequest Validate(AlterClientQuotasRequest request)
    {
        request.ValidateOnly = true;
        return request;
    }

    private static AlterClientQuotasRequest Alter((string Type, string? Name)[] entity, params (string Key, double? Value)[] ops) => new()
    {
        Entries =
        [
            new AlterClientQuotasRequestEntry
            {
                Entity = [.. entity.Select(part => new AlterClientQuotasRequestEntity { EntityType = part.Type, EntityName = part.Name })],
                Ops = [.. ops.Select(op => new AlterClientQuotasRequestOp { Key = op.Key, Value = op.Value ?? 0, Remove = op.Value is null })],
            },
        ],
    };

    private static DescribeClientQuotasRequest Describe(params (string Type, sbyte Match, string? Name)[] components) => new()
    {
        Components = [.. components.Select(one => new DescribeClientQuotasRequestComponent { EntityType = one.Type, MatchType = one.Match, Match = one.Name })],
    };
}
