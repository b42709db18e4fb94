using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Tests.Security.Acls;

public sealed class AclStoreTests : IDisposable
{
    private const string Lists = "Topic Literal orders User:alice * Read Allow; Topic Prefixed ord User:bob 10.0.0.7 Write Deny; Topic Literal * User:* * Describe Allow; Group Literal orders User:alice * Read Allow";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Lists_survive_a_restart_and_a_snapshot()
    {
        using (Open(out var store))
        {
            store.Add(AclLists.Parse(Lists));
            store.Add(AclLists.Parse(Lists));
            store.Remove([new AclFilter(AclResourceType.Group, "orders", AclPatternType.Literal, null, null, AclOperation.Any, AclPermission.Any)]);
        }

        using (Open(out var store))
        {
            Assert.Equal(3, store.Index.All.Count);
            Assert.Equal(AclLists.Parse(Lists).Take(3).ToHashSet(), store.Index.All.ToHashSet());
            Assert.Equal(store.Index.All.ToHashSet(), Assert.IsType<AclsAddedRecord>(Assert.Single(store.Snapshot())).Acls.ToHashSet());
        }
    }

    [Theory]
    [InlineData("Any", null, "Any", null, null, "Any", "Any", 4)]
    [InlineData("Topic", null, "Any", null, null, "Any", "Any", 3)]
    [InlineData("Topic", "orders", "Any", null, null, "Any", "Any", 1)]
    [InlineData("Topic", "orders", "Match", null, null, "Any", "Any", 3)]
    [InlineData("Topic", "ord", "Match", null, null, "Any", "Any", 2)]
    [InlineData("Topic", "payments", "Match", null, null, "Any", "Any", 1)]
    [InlineData("Topic", "*", "Match", null, null, "Any", "Any", 1)]
    [InlineData("Topic", "ord", "Prefixed", null, null, "Any", "Any", 1)]
    [InlineData("Topic", "orders", "Prefixed", null, null, "Any", "Any", 0)]
    [InlineData("Any", "orders", "Literal", null, null, "Any", "Any", 2)]
    [InlineData("Any", null, "Literal", null, null, "Any", "Any", 3)]
    [InlineData("Any", null, "Any", "User:alice", null, "Any", "Any", 2)]
    [InlineData("Any", null, "Any", "User:*", null, "Any", "Any", 1)]
    [InlineData("Any", null, "Any", null, "10.0.0.7", "Any", "Any", 1)]
    [InlineData("Any", null, "Any", null, "*", "Any", "Any", 3)]
    [InlineData("Any", null, "Any", null, null, "Read", "Any", 2)]
    [InlineData("Any", null, "Any", null, null, "All", "Any", 0)]
    [InlineData("Any", null, "Any", null, null, "Any", "Deny", 1)]
    public void Filter_finds(string type, string? name, string pattern, string? principal, string? host, string operation, string permission, int count) =>
        Assert.Equal(count, AclLists.Store(Lists).Find(new AclFilter(
            Enum.Parse<AclResourceType>(type), name, Enum.Parse<AclPatternType>(pattern), principal, host, Enum.Parse<AclOperation>(operation), Enum.Parse<AclPermission>(permission))).Count);

    [Theory]
    [InlineData(0, 3, 3, 3)]
    [InlineData(2, 0, 3, 3)]
    [InlineData(2, 3, 0, 3)]
    [InlineData(2, 3, 3, 0)]
    public void Filter_with_a_number_of_nothing_is_unknown(sbyte type, sbyte pattern, sbyte operation, sbyte permission) =>
        Assert.True(new AclFilter((AclResourceType)type, null, (AclPatternType)pattern, null, null, (AclOperation)operation, (AclPermission)permission).IsUnknown);

    private MetadataLog Open(out AclStore store)
    {
        store = new AclStore();
        var log = new MetadataLog(DiskFiles.Instance, Path.Combine(_directory.Path, "metadata.log"), store);
        store.Attach(log);
        return log;
    }
}
