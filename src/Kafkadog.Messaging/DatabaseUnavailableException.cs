using System.Data.Common;

namespace Kafkadog.Messaging;

/// <summary>
/// The service's database cannot be written now, and no event is to blame: a full disk, missing permission, a server that
/// is away. Nothing was stored. The same work succeeds once the cause is gone.
/// </summary>
/// <param name="problem">What is wrong, naming the file or the server.</param>
/// <param name="next">What a person can do about it.</param>
public sealed class DatabaseUnavailableException(string problem, string next, Exception? cause = null)
    : DbException($"{problem}; {next}", cause)
{
    public string Problem => problem;

    public string Next => next;
}
