using System.CommandLine;

namespace Kafkadog.Commands;

/// <summary>A command that shows how it is used at the end of its help.</summary>
internal sealed class Verb(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples => examples;
}
