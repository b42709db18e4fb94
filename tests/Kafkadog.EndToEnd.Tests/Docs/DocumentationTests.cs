using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Kafkadog.Commands;

namespace Kafkadog.EndToEnd.Tests.Docs;

/// <summary>What the documentation names must exist: files, tests, pages and commands.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = Executable.Root;
    private static readonly Lazy<string> TestSources = new(() => string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Select(File.ReadAllText)));

    public static TheoryData<string> Pages() => new(
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "src"), "README.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root, "*.md"))
            .Select(page => Path.GetRelativePath(Root, page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_and_pages_that_a_page_names_exist(string page)
    {
        var text = File.ReadAllText(Path.Combine(Root, page));
        var named = RepositoryPath().Matches(text).Select(m => Path.Combine(Root, m.Groups["found"].Value));
        var linked = Link().Matches(text).Select(m => Path.Combine(Root, Path.GetDirectoryName(page)!, m.Groups["found"].Value));

        Assert.All(named.Concat(linked), path => Assert.True(Path.Exists(path), $"{page} names {path}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Tests_that_a_page_names_exist(string page)
    {
        var named = TestName().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(m => m.Groups["found"].Value);

        Assert.All(named, test => Assert.True(
            TestSources.Value.Contains($" {test}(", StringComparison.Ordinal), $"{page} names the test {test}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_that_a_page_shows_are_understood(string page)
    {
        var commands = Command().Matches(File.ReadAllText(Path.Combine(Root, page)))
            .Select(m => m.Groups["found"].Value.Split('#', '|', ';')[0].Trim().TrimEnd('&').Trim());

        Assert.All(commands, command =>
        {
            var parsed = CommandLine.Parse(CommandLineParser.SplitCommandLine(command));
            Assert.True(parsed.Errors.Count == 0, $"{page} shows `{command}`: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        });
    }

    /// <summary>A path in backticks that begins with one of the repository's folders.</summary>
    [GeneratedRegex(@"`(?<found>(?:src|tests|docs|benchmarks)/[\w./-]+)`")]
    private static partial Regex RepositoryPath();

    /// <summary>A Markdown link to another file, without its anchor.</summary>
    [GeneratedRegex(@"\]\((?!https?:|#)(?<found>[^)#\s]+)")]
    private static partial Regex Link();

    /// <summary>A name in backticks with at least two underscores, not all of it in capitals: a test.</summary>
    [GeneratedRegex(@"`(?<found>(?![A-Z0-9_]+`)[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName();

    /// <summary>A command line that is complete: no word in capitals stands for something else.</summary>
    [GeneratedRegex(@"(?:^|[`$ ])\./kafkadog (?<found>(?![^`\n]*(?:ARGS|HOST:PORT|INSTANCE|-ROLE))[a-z][^`\n…]*?)(?=`|\n|$)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
