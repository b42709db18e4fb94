using System.CommandLine;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary>Where the commands find the shop's services: in the running <c>kafkadog up</c>, else on their own ports.</summary>
internal static class ShopAddress
{
    public static readonly Option<Uri?> Gateway = new("--gateway")
    {
        Description = "Where the API gateway is (default: the running `kafkadog up`, else port 3001 of this machine)",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
            {
                return address;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not an address, such as http://127.0.0.1:3001");
            return null;
        },
    };

    public static HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 512 });

    public static async Task<Uri> GatewayAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Gateway) is { } named)
        {
            return named;
        }

        var role = Roles.Find("api-gateway");
        if (ControlFile.Read(parsed.Data()) is null)
        {
            return new Uri(role.Url(role.DefaultPort));
        }

        using var control = ControlClient.Connect(parsed.Data());
        var gateway = (await control.ListAsync(cancellationToken)).FirstOrDefault(i => i.Role == role.Name && i.State == InstanceState.Ready);
        return gateway is not null
            ? new Uri(gateway.Url)
            : throw new CommandFailure(ExitCodes.Unreachable, "the API gateway is not running", "see `kafkadog status`; start it with `kafkadog start api-gateway`");
    }
}
