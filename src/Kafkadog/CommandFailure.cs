namespace Kafkadog;

/// <summary>An error a person can do something about: shown without a stack trace, with the next step.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="problem">What is wrong, naming the thing: a port, a file, a topic.</param>
/// <param name="next">What to do about it.</param>
internal sealed class CommandFailure(int exitCode, string problem, string next) : Exception(problem)
{
    public int ExitCode => exitCode;

    public string Next => next;
}
