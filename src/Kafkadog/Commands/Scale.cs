using System.CommandLine;
using System.Globalization;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog scale payment-service=3</c>: more or fewer processes of a role, and so a rebalance.</summary>
internal static class Scale
{
    public static Command Create()
    {
        var wanted = new Argument<string[]>("ROLE=COUNT") { Description = "How many instances of a role", Arity = ArgumentArity.OneOrMore };
        var verb = new Verb("scale", "Run more or fewer instances of a role and watch its group rebalance", "scale payment-service=3")
        {
            wanted, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.SetAction(async (parsed, cancelled) =>
        {
            using var control = ControlClient.Connect(parsed.Data());
            IReadOnlyList<InstanceStatus> instances = [];
            foreach (var (role, text) in CommonOptions.Pairs(parsed.GetValue(wanted)!, "payment-service=3"))
            {
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                {
                    throw new CommandFailure(ExitCodes.Usage, $"'{text}' is not a number of instances", "for example payment-service=3");
                }

                instances = await control.ScaleAsync(role, count, cancelled);
            }

            Status.Write(parsed, instances);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
