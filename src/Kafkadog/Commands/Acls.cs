using System.CommandLine;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog acls</c>: who may do what. The options have the names of Apache Kafka's own tool.</summary>
internal static class Acls
{
    public static Command Create() => new Verb(
        "acls", "Access control lists of the cluster", "acls list", "acls add --allow-principal User:alice --operation read --topic orders.v1")
    {
        List(), Add(), Remove(),
    };

    private static Verb List()
    {
        var options = new AclOptions();
        var verb = Sub("list", "Every access control entry, or those of a resource", options, "acls list --topic orders.v1 --json");
        verb.SetAction(async (parsed, cancelled) =>
        {
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var found = new List<AclBinding>();
            foreach (var filter in options.Filters(parsed))
            {
                var answer = await admin.DescribeAclsAsync(filter, new DescribeAclsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
                found.AddRange(answer.AclBindings);
            }

            Answer(parsed, found);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Add()
    {
        var options = new AclOptions();
        var verb = Sub(
            "add",
            "Allow or deny operations on resources",
            options,
            "acls add --allow-principal User:alice --operation read --operation describe --topic orders.v1",
            "acls add --allow-principal User:alice --consumer --topic orders. --resource-pattern-type prefixed --group shop");
        verb.SetAction(async (parsed, cancelled) =>
        {
            var bindings = options.Bindings(parsed);
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            await admin.CreateAclsAsync(bindings, new CreateAclsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            Answer(parsed, bindings);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Remove()
    {
        var options = new AclOptions();
        var verb = Sub("remove", "Take access control entries away", options, "acls remove --topic orders.v1 --yes");
        verb.Add(CommonOptions.Yes);
        verb.SetAction(async (parsed, cancelled) =>
        {
            var filters = options.Filters(parsed);
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            parsed.Confirm("Take away every access control entry that matches?");
            using var admin = clients.Admin();
            var answers = await admin.DeleteAclsAsync(filters, new DeleteAclsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancelled);
            Answer(parsed, [.. answers.SelectMany(answer => answer.AclBindings)]);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Sub(string name, string description, AclOptions options, params string[] examples)
    {
        var verb = new Verb(name, description, examples)
        {
            KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        foreach (var option in name == "add" ? options.OfBindings : options.OfFilters)
        {
            verb.Add(option);
        }

        return verb;
    }

    private static void Answer(ParseResult parsed, IReadOnlyList<AclBinding> bindings)
    {
        IReadOnlyList<AclDetails> details =
        [
            .. bindings.Select(b => new AclDetails(
                    AclOptions.NameOf(b.Pattern.Type), b.Pattern.Name, b.Pattern.ResourcePatternType.ToString(), b.Entry.Principal, b.Entry.Host, b.Entry.Operation.ToString(), b.Entry.PermissionType.ToString()))
                .OrderBy(d => (d.Resource, d.Name, d.Pattern, d.Principal, d.Operation)),
        ];
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommonOptions.WriteJson(details, CliJson.Default.IReadOnlyListAclDetails);
            return;
        }

        var table = Terminal.Table("RESOURCE", "NAME", "PATTERN", "PRINCIPAL", "HOST", "OPERATION", "PERMISSION");
        foreach (var d in details)
        {
            table.Row(d.Resource, d.Name, d.Pattern, d.Principal, d.Host, d.Operation, d.Permission);
        }

        Terminal.Out.Write(table);
    }
}

internal sealed record AclDetails(string Resource, string Name, string Pattern, string Principal, string Host, string Operation, string Permission);
