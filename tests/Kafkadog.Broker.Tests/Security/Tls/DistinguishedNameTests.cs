using System.Security.Cryptography.X509Certificates;
using Kafkadog.Broker.Security.Tls;

namespace Kafkadog.Broker.Tests.Security.Tls;

public sealed class DistinguishedNameTests
{
    // Expected as Java's X500Principal.getName() has it.
    [Theory]
    [InlineData("CN=client", "CN=client")]
    [InlineData("CN=client, OU=shop, O=kafkadog, L=Bern, S=BE, C=CH", "CN=client,OU=shop,O=kafkadog,L=Bern,ST=BE,C=CH")]
    [InlineData("CN=\"Doe, Jane\", O=\"a+b\"", "CN=Doe\\, Jane,O=a\\+b")]
    [InlineData("CN=\"#1\", O=\" x \"", "CN=\\#1,O=\\ x\\ ")]
    [InlineData("CN=Zoë", "CN=Zoë")]
    [InlineData("DC=shop, DC=example", "DC=shop,DC=example")]
    [InlineData("E=a@b.c, CN=client", "1.2.840.113549.1.9.1=#16056140622e63,CN=client")]
    public void Subject_is_written_as_java_does(string subject, string expected) => Assert.Equal(expected, DistinguishedName.Of(new X500DistinguishedName(subject)));
}
