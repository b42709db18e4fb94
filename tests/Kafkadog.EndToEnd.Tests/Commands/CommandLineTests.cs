using System.CommandLine;
using Kafkadog.Commands;

namespace Kafkadog.EndToEnd.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> EveryVerb() => new(Verbs(CommandLine.Create(), ""));

    [Theory]
    [MemberData(nameof(EveryVerb))]
    public async Task Help_shows_an_example_that_the_command_line_understands(string verb)
    {
        var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output };

        Assert.Equal(0, await CommandLine.Create().Parse(verb + " --help").InvokeAsync(configuration, TestContext.Current.CancellationToken));

        Assert.Contains("Usage:", output.ToString(), StringComparison.Ordinal);
        var examples = output.ToString().Split("Examples:")[1].Split('\n').Where(l => l.StartsWith("  kafkadog ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, e =>
        {
            var parsed = CommandLine.Create().Parse(e.Trim()["kafkadog ".Length..].Split(['<', '>'])[0]);
            Assert.True(parsed.Errors.Count == 0, $"{e}: {string.Join(' ', parsed.Errors.Select(x => x.Message))}");
        });
    }

    [Theory]
    [MemberData(nameof(EveryVerb))]
    public void A_process_makes_only_the_verb_it_runs(string verb)
    {
        var name = verb.Split(' ')[0];

        Assert.Equal(name, Assert.Single(CommandLine.Create(name).Subcommands).Name);
    }

    [Fact]
    public void A_gateway_is_named_by_its_address()
    {
        var parsed = CommandLine.Create().Parse("seed 1 --gateway http://127.0.0.1:4001");

        Assert.Empty(parsed.Errors);
        Assert.Equal(new Uri("http://127.0.0.1:4001"), parsed.GetValue(ShopAddress.Gateway));
        Assert.NotEmpty(CommandLine.Create().Parse("seed 1 --gateway shop").Errors);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("status --nonsense")]
    [InlineData("groups reset g")]
    [InlineData("groups reset g --to-earliest --to-latest")]
    [InlineData("seed 0")]
    [InlineData("completion tcsh")]
    [InlineData("run")]
    public async Task A_wrong_command_line_is_exit_code_2_and_points_to_the_help(string line)
    {
        using var directory = new TemporaryDirectory();

        var answer = await Executable.RunAsync(directory.Data, line.Split(' '));

        answer.Failed(ExitCodes.Usage, "--help");
        Assert.Empty(answer.Output);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("scale payment-service=2")]
    [InlineData("kill broker")]
    [InlineData("logs broker -f")]
    public async Task What_needs_a_running_up_says_so(string line)
    {
        using var directory = new TemporaryDirectory();

        (await Executable.RunAsync(directory.Data, line.Split(' '))).Failed(ExitCodes.NotRunning, directory.Data);
    }

    [Theory]
    [InlineData("topics list")]
    [InlineData("groups list")]
    [InlineData("consume orders.v1")]
    [InlineData("produce orders.v1 x")]
    [InlineData("replay")]
    public async Task What_needs_kafka_says_that_none_answers(string line)
    {
        using var directory = new TemporaryDirectory();
        var nobody = $"127.0.0.1:{RunningUp.FreePorts(1)[0]}";

        (await Executable.RunAsync(directory.Data, [.. line.Split(' '), "--bootstrap", nobody])).Failed(ExitCodes.Unreachable, nobody);
    }

    [Fact]
    public async Task An_unknown_role_is_named_with_the_known_ones()
    {
        using var directory = new TemporaryDirectory();

        var answer = await Executable.RunAsync(directory.Data, "run", "brokr");

        answer.Failed(ExitCodes.NotFound, "'brokr'");
        Assert.Contains("broker", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_scripts_ask_the_suggest_directive(string shell)
    {
        using var directory = new TemporaryDirectory();

        Assert.Contains("[suggest:", (await Executable.RunAsync(directory.Data, "completion", shell)).Succeeded().Output, StringComparison.Ordinal);
        var suggested = (await Executable.RunAsync(directory.Data, "[suggest:14]", "kafkadog topic")).Succeeded().Output;
        Assert.Equal("topics", suggested.Trim());
    }

    private static IEnumerable<string> Verbs(Command command, string path) => command.Subcommands.SelectMany(
        c => Verbs(c, $"{path} {c.Name}".Trim()).Prepend($"{path} {c.Name}".Trim()));
}
