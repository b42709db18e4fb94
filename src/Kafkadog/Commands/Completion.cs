using System.CommandLine;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog completion bash</c>: a script that asks this program, by its suggest directive, what may come next.</summary>
internal static class Completion
{
    private const string Bash = """
        _kafkadog() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _kafkadog kafkadog ./kafkadog
        """;

    private const string Zsh = """
        _kafkadog() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _kafkadog kafkadog
        """;

    private const string Fish = """
        complete -f -c kafkadog -a '(set -l line (commandline -cp); kafkadog "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var verb = new Verb(
            "completion",
            "Print the completion script of a shell",
            "completion bash >> ~/.bashrc",
            "completion fish > ~/.config/fish/completions/kafkadog.fish")
        {
            shell,
        };
        verb.SetAction(parsed =>
        {
            Console.Out.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCodes.Ok;
        });
        return verb;
    }
}
