using System.Net;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Acls;

namespace Kafkadog.Broker.Tests.Security.Acls;

public sealed class AuthorizerTests
{
    private static readonly KafkaPrincipal Alice = KafkaPrincipal.User("alice");
    private static readonly IPAddress Home = IPAddress.Parse("10.0.0.7");

    // Lists as TYPE PATTERN NAME PRINCIPAL HOST OPERATION PERMISSION, separated by semicolons.
    [Theory]
    [InlineData("", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * Read Allow", "Read orders", true)]
    [InlineData("Topic Literal orders User:alice * Read Allow", "Read orders2", false)]
    [InlineData("Topic Literal orders User:bob * Read Allow", "Read orders", false)]
    [InlineData("Topic Literal orders User:* * Read Allow", "Read orders", true)]
    [InlineData("Topic Literal orders Group:alice * Read Allow", "Read orders", false)]
    [InlineData("Topic Literal * User:alice * Read Allow", "Read orders", true)]
    [InlineData("Topic Prefixed ord User:alice * Read Allow", "Read orders", true)]
    [InlineData("Topic Prefixed orders User:alice * Read Allow", "Read orders", true)]
    [InlineData("Topic Prefixed orders. User:alice * Read Allow", "Read orders", false)]
    [InlineData("Topic Prefixed * User:alice * Read Allow", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice 10.0.0.7 Read Allow", "Read orders", true)]
    [InlineData("Topic Literal orders User:alice 10.0.0.8 Read Allow", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * All Allow", "AlterConfigs orders", true)]
    [InlineData("Topic Literal orders User:alice * Write Allow", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * Read Allow", "Describe orders", true)]
    [InlineData("Topic Literal orders User:alice * Write Allow", "Describe orders", true)]
    [InlineData("Topic Literal orders User:alice * Delete Allow", "Describe orders", true)]
    [InlineData("Topic Literal orders User:alice * Alter Allow", "Describe orders", true)]
    [InlineData("Topic Literal orders User:alice * Create Allow", "Describe orders", false)]
    [InlineData("Topic Literal orders User:alice * AlterConfigs Allow", "Describe orders", false)]
    [InlineData("Topic Literal orders User:alice * AlterConfigs Allow", "DescribeConfigs orders", true)]
    [InlineData("Topic Literal orders User:alice * DescribeConfigs Allow", "AlterConfigs orders", false)]
    [InlineData("Topic Literal orders User:alice * Describe Allow; Topic Literal orders User:alice * Read Deny", "Describe orders", true)]
    [InlineData("Topic Literal orders User:alice * All Allow; Topic Literal orders User:alice * Read Deny", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * All Allow; Topic Literal orders User:alice * Read Deny", "Write orders", true)]
    [InlineData("Topic Literal orders User:alice * Read Allow; Topic Literal * User:* * All Deny", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * Read Allow; Topic Prefixed o User:* 10.0.0.7 Read Deny", "Read orders", false)]
    [InlineData("Topic Literal orders User:alice * Read Allow; Topic Prefixed o User:* 10.0.0.8 Read Deny", "Read orders", true)]
    [InlineData("Group Literal orders User:alice * Read Allow", "Read orders", false)]
    public void Lists_decide(string lists, string asked, bool allowed)
    {
        var (operation, name) = Asked(asked);
        Assert.Equal(allowed, With(lists, new AuthorizationOptions()).Allows(Alice, Home, operation, AclResourceType.Topic, name));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("Topic Literal other User:bob * Read Allow", true)]
    [InlineData("Topic Literal orders User:bob * Read Allow", false)]
    [InlineData("Topic Prefixed ord User:bob * Write Allow", false)]
    [InlineData("Topic Literal * User:bob * Write Allow", false)]
    [InlineData("Topic Literal orders User:alice * Read Deny", false)]
    public void Resource_without_any_list_can_be_open_to_all(string lists, bool allowed)
    {
        var authorizer = With(lists, new AuthorizationOptions { AllowEveryoneIfNoAclFound = true });
        Assert.Equal(allowed, authorizer.Allows(Alice, Home, AclOperation.Read, AclResourceType.Topic, "orders"));
    }

    [Fact]
    public void Super_user_is_not_held_by_lists()
    {
        var authorizer = With("Topic Literal * User:* * All Deny", new AuthorizationOptions { SuperUsers = ["User:alice"] });
        Assert.True(authorizer.Allows(Alice, Home, AclOperation.Delete, AclResourceType.Topic, "orders"));
        Assert.False(authorizer.Allows(KafkaPrincipal.User("alice2"), Home, AclOperation.Delete, AclResourceType.Topic, "orders"));
    }

    [Fact]
    public void Without_authorization_everything_is_allowed() =>
        Assert.True(With("Topic Literal * User:* * All Deny", null).Allows(Alice, Home, AclOperation.Delete, AclResourceType.Topic, "orders"));

    [Theory]
    [InlineData("", false)]
    [InlineData("Topic Literal orders User:alice * Write Allow", true)]
    [InlineData("Topic Literal orders User:alice * Read Allow", false)]
    [InlineData("Topic Literal orders User:alice 10.0.0.8 Write Allow", false)]
    [InlineData("Topic Prefixed o User:alice * All Allow", true)]
    [InlineData("Topic Literal orders User:alice * Write Allow; Topic Literal * User:* * Write Deny", false)]
    [InlineData("Topic Literal orders User:alice * Write Allow; Topic Literal orders User:alice * Write Deny", false)]
    [InlineData("Topic Literal orders User:alice * Write Allow; Topic Literal orders User:alice * Read Deny", true)]
    [InlineData("Topic Literal orders User:alice * Write Allow; Topic Prefixed ord User:alice * All Deny", false)]
    [InlineData("Topic Prefixed o User:alice * Write Allow; Topic Prefixed ord User:alice * Write Deny", true)]
    [InlineData("Topic Prefixed orders User:alice * Write Allow; Topic Prefixed ord User:alice * Write Deny", false)]
    [InlineData("Topic Prefixed orders User:alice * Write Allow; Topic Literal orders User:alice * Write Deny", true)]
    [InlineData("Topic Literal * User:alice * Write Allow; Topic Prefixed o User:alice * Write Deny", true)]
    public void Some_topic_is_enough_for_an_idempotent_producer(string lists, bool allowed) =>
        Assert.Equal(allowed, With(lists, new AuthorizationOptions()).AllowsAny(Alice, Home, AclOperation.Write, AclResourceType.Topic));

    [Fact]
    public void Operations_are_those_that_are_allowed_of_those_asked()
    {
        var authorizer = With("Topic Literal orders User:alice * Read Allow", new AuthorizationOptions());
        const int Read = 1 << 3, Write = 1 << 4, Describe = 1 << 8;
        Assert.Equal(Read | Describe, authorizer.Operations(Alice, Home, Read | Write | Describe, AclResourceType.Topic, "orders"));
        Assert.Equal(Read, authorizer.Operations(Alice, Home, Read | Write, AclResourceType.Topic, "orders"));
        Assert.Equal(Read | Write, With("", null).Operations(Alice, Home, Read | Write, AclResourceType.Topic, "orders"));
    }

    [Theory]
    [InlineData("User:alice", "User", "alice")]
    [InlineData("User:CN=a:b,O=c", "User", "CN=a:b,O=c")]
    [InlineData("User:", "User", "")]
    [InlineData("alice", null, null)]
    [InlineData(":alice", null, null)]
    [InlineData("", null, null)]
    public void Principal_is_a_type_and_a_name(string text, string? type, string? name)
    {
        Assert.Equal(type is not null, KafkaPrincipal.TryParse(text, out var principal));
        Assert.Equal((type, name), (principal?.Type, principal?.Name));
        if (principal is not null)
        {
            Assert.Equal(text, principal.ToString());
        }
    }

    private static Authorizer With(string lists, AuthorizationOptions? options) => new(options, AclLists.Store(lists));

    private static (AclOperation, string) Asked(string asked) => (Enum.Parse<AclOperation>(asked.Split(' ')[0]), asked.Split(' ')[1]);
}
