using System.Data.Common;

namespace Kafkadog.Messaging;

/// <summary>
/// The service's database for queries. Everything that writes goes through <see cref="ILocalTransactions"/>;
/// readers have connections of their own and never wait for the writer.
/// </summary>
public interface IDatabase
{
    SqlDialect Dialect { get; }

    /// <summary>An open connection for reading, from a pool; dispose it. Writing through it fails.</summary>
    ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken);
}
