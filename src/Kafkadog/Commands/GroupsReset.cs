using System.CommandLine;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog groups reset</c>: moves the committed offsets of a group that has no members. Shows the plan unless told to execute it.</summary>
internal static class GroupsReset
{
    public static Command Create()
    {
        var group = new Argument<string>("GROUP");
        var topics = new Option<string[]>("--topic") { Description = "Only this topic; repeat it for more (default: all the group reads)" };
        var earliest = new Option<bool>("--to-earliest") { Description = "To the first record that is kept" };
        var latest = new Option<bool>("--to-latest") { Description = "To the end: skip what is not read yet" };
        var offset = new Option<long?>("--to-offset") { Description = "To this offset in every partition" };
        var timestamp = new Option<DateTimeOffset?>("--to-timestamp") { Description = "To the first record at or after this time, such as 2030-01-31T12:00:00Z" };
        var shift = new Option<long?>("--shift-by") { Description = "By this many records: -10 reads ten again" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show the plan (the default)" };
        var execute = new Option<bool>("--execute") { Description = "Do it" };
        var verb = new Verb(
            "reset",
            "Move the offsets of a group without members",
            "groups reset payment-service-group --to-earliest",
            "groups reset payment-service-group --shift-by -10 --execute")
        {
            group, topics, earliest, latest, offset, timestamp, shift, dryRun, execute,
            KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.Validators.Add(result =>
        {
            Option[] targets = [earliest, latest, offset, timestamp, shift];
            if (targets.Count(t => result.GetResult(t) is { Implicit: false }) != 1)
            {
                result.AddError("Say exactly one of --to-earliest, --to-latest, --to-offset, --to-timestamp, --shift-by.");
            }

            if (result.GetResult(dryRun) is { Implicit: false } && result.GetResult(execute) is { Implicit: false })
            {
                result.AddError("--dry-run and --execute exclude each other.");
            }
        });
        verb.SetAction(async (parsed, cancelled) =>
        {
            ResetTarget target = parsed.GetValue(earliest) ? new ResetTarget.Earliest()
                : parsed.GetValue(latest) ? new ResetTarget.Latest()
                : parsed.GetValue(offset) is { } to ? new ResetTarget.To(to)
                : parsed.GetValue(timestamp) is { } time ? new ResetTarget.At(time)
                : new ResetTarget.Shift(parsed.GetValue(shift)!.Value);
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var plan = await OffsetPlan.MakeAsync(admin, parsed.GetValue(group)!, parsed.GetValue(topics) ?? [], target, cancelled);
            var executed = parsed.GetValue(execute);
            if (executed)
            {
                await plan.ExecuteAsync(admin, cancelled);
            }

            if (parsed.GetValue(CommonOptions.Json))
            {
                CommonOptions.WriteJson(plan, CliJson.Default.OffsetPlan);
                return ExitCodes.Ok;
            }

            plan.Write();
            Terminal.Say(executed
                ? $"{plan.Group} was moved; {plan.ReadAgain} records will be read again"
                : $"nothing was changed; {plan.ReadAgain} records would be read again. Do it with --execute");
            return ExitCodes.Ok;
        });
        return verb;
    }
}
