using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Security.Acls;

/// <summary>Access control lists as a line of text: <c>TYPE PATTERN NAME PRINCIPAL HOST OPERATION PERMISSION</c>, separated by semicolons.</summary>
internal static class AclLists
{
    public static IReadOnlyList<AclBinding> Parse(string lists) => [.. lists.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        var words = line.Split(' ');
        return new AclBinding(
            Enum.Parse<AclResourceType>(words[0]), words[2], Enum.Parse<AclPatternType>(words[1]), words[3], words[4], Enum.Parse<AclOperation>(words[5]), Enum.Parse<AclPermission>(words[6]));
    })];

    /// <summary>A store that has them, as after reading a metadata log.</summary>
    public static AclStore Store(string lists)
    {
        var store = new AclStore();
        store.Apply(new AclsAddedRecord(Parse(lists)));
        store.Open();
        return store;
    }
}
