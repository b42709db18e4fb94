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

    private static readonly (string Name, Func<Command> Create)[] Verbs =
    [
        ("up", Up.Create),
        ("run", Run.Create),
        ("status", Status.Create),
        ("logs", Logs.Create),
        ("scale", Scale.Create),
        ("start", InstanceVerbs.Start),
        ("stop", InstanceVerbs.Stop),
        ("kill", InstanceVerbs.Kill),
        ("freeze", InstanceVerbs.Freeze),
        ("thaw", InstanceVerbs.Thaw),
        ("broker", BrokerVerbs.Create),
        ("topics", Topics.Create),
        ("groups", Groups.Create),
        ("configs", Configs.Create),
        ("acls", Acls.Create),
        ("produce", Produce.Create),
        ("consume", Consume.Create),
        ("seed", Seed.Create),
        ("replay", Replay.Create),
        ("reset", Reset.Create),
        ("doctor", Doctor.Create),
        ("completion", Completion.Create),
    ];

    /// <param name="only">
    /// The verb that will run: the others are then left out, because each of the ten processes of <c>up</c> would make them for
    /// nothing, and compile the generic code of their options. Null, or no verb's name: all of them.
    /// </param>
    public static RootCommand Create(string? only = null)
    {
        var root = new RootCommand("Learn Apache Kafka by running it: a broker, an event-driven shop on it, and the commands to watch and break it.");
        var isVerb = Verbs.Any(v => v.Name == only);
        foreach (var (name, create) in Verbs)
        {
            if (!isVerb || name == only)
            {
                root.Add(create());
            }
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <exception cref="CommandFailure">The flags of one of Apache Kafka's tools, and they do not fit together.</exception>
    public static ParseResult Parse(IEnumerable<string> args)
    {
        var words = KafkaToolArguments.Translate([.. args]);
        return Create(words.FirstOrDefault()).Parse(words);
    }

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
