namespace Kafkadog.Messaging;

/// <summary>
/// The one writer of a service's database. Work from the consumer loop, from HTTP and from timers queues here and is
/// committed in groups: one durable commit serves everything that waited meanwhile.
/// </summary>
public interface ILocalTransactions
{
    /// <summary>
    /// Runs <paramref name="work"/> inside the next group and completes when it is durable.
    /// An exception rolls this work back, and only this one, and is rethrown here. Work may run more than once before it
    /// is durable, because a neighbour in its group failed: whatever it does besides SQL belongs into
    /// <see cref="IUnitOfWork.OnCommitted"/>.
    /// </summary>
    Task<T> ExecuteAsync<T>(Func<IUnitOfWork, T> work, CancellationToken cancellationToken);
}
