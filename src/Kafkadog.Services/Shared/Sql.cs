using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>Where the two databases differ for the services, and queries outside the writer.</summary>
internal static class Sql
{
    /// <summary>Added to a SELECT whose row will be changed. SQLite has one writer anyway.</summary>
    public static string ForUpdate(this IUnitOfWork work) => work.Dialect == SqlDialect.Postgres ? " FOR UPDATE" : "";

    /// <summary>
    /// Ends CREATE TABLE of a table with small rows. SQLite then keeps them in the tree of the primary key; otherwise it
    /// writes two trees for every row. Large rows would make that tree deep.
    /// </summary>
    public static string Clustered(this SqlDialect dialect) => dialect == SqlDialect.Sqlite ? " WITHOUT ROWID" : "";

    public static async Task<List<T>> QueryAsync<T>(
        this IDatabase database,
        string sql,
        Func<SqlRow, T> map,
        (string Name, object? Value)[] values,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = Stored(value);
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = SqlRow.Of(reader);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(row));
        }

        return rows;
    }

    // The forms in which a unit of work stores them.
    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString(),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        int number => (long)number,
        _ => value,
    };
}
