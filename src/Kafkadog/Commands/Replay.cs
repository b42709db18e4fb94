using System.CommandLine;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Supervision;

namespace Kafkadog.Commands;

/// <summary>
/// <c>kafkadog replay</c>: lets a service read its topics again from an earlier offset. The records are the same, so the
/// service's inbox recognises every one of them: nothing is charged, reserved or mailed twice.
/// </summary>
internal static class Replay
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var group = new Option<string>("--group", "-g") { Description = "The consumer group", DefaultValueFactory = _ => Contracts.Groups.Payment };
        var timestamp = new Option<DateTimeOffset?>("--to-timestamp") { Description = "From the first record at or after this time (default: from the beginning)" };
        var shift = new Option<long?>("--shift-by") { Description = "By this many records: -10 reads ten again" };
        var timeout = new Option<int>("--timeout") { Description = "Seconds to wait for the group to be empty, and again for it to catch up", DefaultValueFactory = _ => 60 };
        var execute = new Option<bool>("--execute") { Description = "Do it; without it only the plan is shown" };
        var verb = new Verb(
            "replay",
            "Let a service read its topics again and see that nothing happens twice",
            "replay",
            "replay --group order-saga-group --execute")
        {
            group, timestamp, shift, timeout, execute, KafkaAddress.Option, KafkaClients.SettingsOption, CommonOptions.DataDir, CommonOptions.Json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(timestamp) is not null && result.GetResult(shift) is not null)
            {
                result.AddError("--to-timestamp and --shift-by exclude each other.");
            }
        });
        verb.SetAction(async (parsed, cancelled) =>
        {
            ResetTarget target = parsed.GetValue(timestamp) is { } time ? new ResetTarget.At(time)
                : parsed.GetValue(shift) is { } by ? new ResetTarget.Shift(by)
                : new ResetTarget.Earliest();
            var clients = await KafkaClients.ConnectAsync(parsed, cancelled);
            using var admin = clients.Admin();
            var plan = await OffsetPlan.MakeAsync(admin, parsed.GetValue(group)!, [], target, cancelled);
            var json = parsed.GetValue(CommonOptions.Json);
            if (!json)
            {
                plan.Write();
            }

            if (!parsed.GetValue(execute))
            {
                Terminal.Say($"nothing was changed; {plan.ReadAgain} records would be read again. Do it with --execute");
                if (json)
                {
                    CommonOptions.WriteJson(new ReplayResult(plan, Executed: false, 0), CliJson.Default.ReplayResult);
                }

                return ExitCodes.Ok;
            }

            using var control = ControlClient.Connect(parsed.Data());
            var members = await GroupMembers.FindAsync(control, plan.Group, cancelled);
            var duplicates = await ExecuteAsync(admin, plan, members, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancelled);
            Terminal.Say($"done: {plan.ReadAgain} records were read again, {duplicates} recognised as duplicates and ignored");
            if (json)
            {
                CommonOptions.WriteJson(new ReplayResult(plan, Executed: true, duplicates), CliJson.Default.ReplayResult);
            }

            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task<long> ExecuteAsync(
        IAdminClient admin, OffsetPlan plan, GroupMembers members, TimeSpan patience, CancellationToken cancellationToken)
    {
        var before = await members.DuplicatesAsync(cancellationToken);
        Terminal.Say($"asking {members} to stop consuming");
        try
        {
            await members.StopAsync(cancellationToken);
            await WaitUntilEmptyAsync(admin, plan.Group, patience, cancellationToken);
            await plan.ExecuteAsync(admin, cancellationToken);
            Terminal.Say("offsets moved; resuming");
        }
        finally
        {
            // Whatever went wrong, and after Ctrl-C too: nobody is left standing.
            await members.ResumeAsync(CancellationToken.None);
        }

        await WaitUntilCaughtUpAsync(admin, plan, patience, cancellationToken);
        return await members.DuplicatesAsync(cancellationToken) - before;
    }

    private static async Task WaitUntilEmptyAsync(IAdminClient admin, string group, TimeSpan patience, CancellationToken cancellationToken)
    {
        await UntilAsync(
            async () =>
            {
                var described = (await admin.DescribeConsumerGroupsAsync(
                    [group], new DescribeConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout })).ConsumerGroupDescriptions.Single();
                return described.Members.Count == 0 ? null : string.Join(", ", described.Members.Select(m => m.ClientId));
            },
            patience,
            left => new CommandFailure(
                ExitCodes.Refused,
                $"group {group} still has members: {left}",
                "stop them; a killed or frozen member leaves when its session times out, then run this again"),
            cancellationToken);
    }

    private static async Task WaitUntilCaughtUpAsync(IAdminClient admin, OffsetPlan plan, TimeSpan patience, CancellationToken cancellationToken)
    {
        await UntilAsync(
            async () =>
            {
                var committed = await GroupReader.CommittedAsync(admin, plan.Group, cancellationToken);
                var missing = plan.Partitions.Sum(p => Math.Max(0, p.End - committed.GetValueOrDefault(new TopicPartition(p.Topic, p.Partition), p.To)));
                return missing == 0 ? null : $"{missing}";
            },
            patience,
            left => new CommandFailure(
                ExitCodes.Failed, $"group {plan.Group} has {left} records yet to read again", $"it goes on by itself: `kafkadog groups describe {plan.Group}`"),
            cancellationToken);
    }

    /// <summary>Asks again and again until nothing is left; Kafka has no signal for either of these states.</summary>
    private static async Task UntilAsync(
        Func<Task<string?>> whatIsLeft, TimeSpan patience, Func<string, CommandFailure> failure, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await whatIsLeft() is { } left)
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                throw failure(left);
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}

internal sealed record ReplayResult(OffsetPlan Plan, bool Executed, long DuplicatesIgnored);
