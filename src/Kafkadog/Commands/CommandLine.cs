using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Confluent.Kafka;
using Kafkadog.Commands.KafkaTools;

namespace Kafkadog.Commands;

/// <summary>The table of verbs, and what every error becomes.</summary>
internal static class CommandLine
{
    /// <summary>Shows stack traces of unexpected errors.</summary>
    public const string TraceVariable = "KAFKADOG_TRACE";

    public static RootCommand Create()
    {
        var root = new RootCommand("Learn Apache Kafka by running it: a broker, an event-driven shop on it, and the commands to watch and break it.")
        {
            Up.Create(),
            Run.Create(),
            Status.Create(),
            Logs.Create(),
            Scale.Create(),
            InstanceVerbs.Start(),
            InstanceVerbs.Stop(),
            InstanceVerbs.Kill(),
            InstanceVerbs.Freeze(),
            InstanceVerbs.Thaw(),
            BrokerVerbs.Create(),
            Topics.Create(),
            Groups.Create(),
            Configs.Create(),
            Acls.Create(),
            Produce.Create(),
            Consume.Create(),
            Seed.Create(),
            Replay.Create(),
            Reset.Create(),
            Doctor.Create(),
            Completion.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <exception cref="CommandFailure">The flags of one of Apache Kafka's tools, and they do not fit together.</exception>
    public static ParseResult Parse(IEnumerable<string> args) => Create().Parse(KafkaToolArguments.Translate([.. args]));

    public static async Task<int> RunAsync(string[] args, CancellationToken stopping)
    {
        try
        {
            var parsed = Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
            {
                throw new CommandFailure(ExitCodes.Usage, string.Join(' ', parsed.Errors.Select(e => e.Message)), $"see `{Path(parsed.CommandResult)} --help`");
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stopping);
        }
        catch (CommandFailure failure)
        {
            Terminal.Fail(failure.Message, failure.Next);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (KafkaException e)
        {
            Terminal.Fail(KafkaErrors.Describe(e), KafkaErrors.Next(e));
            return KafkaErrors.ExitCode(e);
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable(TraceVariable) is null)
        {
            Terminal.Fail($"{e.GetType().Name}: {e.Message}", $"this is a bug; {TraceVariable}=1 shows where it comes from");
            return ExitCodes.Failed;
        }
    }

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "kafkadog";

    /// <summary>The usual help, and then the examples of the command or, for the whole program, the exit codes.</summary>
    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            inner.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            if (parseResult.CommandResult.Command is Verb { Examples: { Count: > 0 } examples })
            {
                output.WriteLine("Examples:");
                foreach (var example in examples)
                {
                    output.WriteLine("  kafkadog " + example);
                }

                output.WriteLine();
            }
            else if (parseResult.CommandResult.Command is RootCommand)
            {
                output.WriteLine("Exit codes:");
                foreach (var (code, meaning) in ExitCodes.Table)
                {
                    output.WriteLine($"  {code,-4} {meaning}");
                }

                output.WriteLine();
            }

            return ExitCodes.Ok;
        }
    }
}
