namespace Kafkadog.Dashboard.Observing;

/// <summary>The processes of the shop: those of a supervisor, or services somewhere that can only be asked how they are.</summary>
public interface IInstanceControl
{
    /// <summary>False when nobody here can start and stop them: the pages then show the commands that do.</summary>
    bool CanChange { get; }

    /// <exception cref="HttpRequestException">Whoever knows the instances does not answer.</exception>
    Task<IReadOnlyList<ShopInstance>> ListAsync(CancellationToken cancellationToken);

    /// <param name="verb">start, stop, kill, freeze or thaw.</param>
    /// <exception cref="InstanceControlException">It was refused; the message says why and what to do.</exception>
    Task ChangeAsync(string instance, string verb, CancellationToken cancellationToken);

    /// <summary>Starts one more instance of the role; done when it is ready.</summary>
    /// <exception cref="InstanceControlException">It was refused; the message says why and what to do.</exception>
    Task AddAsync(string role, CancellationToken cancellationToken);

    /// <summary>The last lines an instance wrote.</summary>
    /// <exception cref="InstanceControlException">There is no such instance, or nobody keeps its lines.</exception>
    Task<string> LogTailAsync(string instance, int lines, CancellationToken cancellationToken);
}

public sealed class InstanceControlException(string message) : Exception(message);
