using System.Data.Common;
using System.Runtime.CompilerServices;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>
/// Parameterised SQL that both databases understand. A unit of work reuses its prepared commands: statements are few,
/// connections live as long as the service, and preparing costs more than running.
/// </summary>
internal static class Sql
{
    private static readonly ConditionalWeakTable<DbConnection, Dictionary<string, DbCommand>> Prepared = [];

    /// <summary>Added to a SELECT whose row will be changed. SQLite has one writer anyway.</summary>
    public static string ForUpdate(this IUnitOfWork work) => work.Dialect == SqlDialect.Postgres ? " FOR UPDATE" : "";

    /// <returns>How many rows were changed.</returns>
    public static int Execute(this IUnitOfWork work, string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Command(work, sql, values).ExecuteNonQuery();

    public static List<T> Query<T>(
        this IUnitOfWork work, string sql, Func<DbDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var reader = Command(work, sql, values).ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public static T? First<T>(
        this IUnitOfWork work, string sql, Func<DbDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
        where T : class
    {
        using var reader = Command(work, sql, values).ExecuteReader();
        return reader.Read() ? map(reader) : null;
    }

    public static async Task<List<T>> QueryAsync<T>(
        this IDatabase database,
        string sql,
        Func<DbDataReader, T> map,
        (string Name, object? Value)[] values,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Bind(command, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public static string? Text(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? Number(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static DateTimeOffset Time(this DbDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public static DateTimeOffset? OptionalTime(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.Time(column);

    public static Guid Id(this DbDataReader reader, int column) => Guid.ParseExact(reader.GetString(column), "D");

    private static DbCommand Command(IUnitOfWork work, string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var commands = Prepared.GetOrCreateValue(work.Connection);
        if (!commands.TryGetValue(sql, out var command))
        {
            command = work.Connection.CreateCommand();
            command.CommandText = sql;
            commands.Add(sql, command);
        }

        command.Transaction = work.Transaction;
        Bind(command, values);
        return command;
    }

    private static void Bind(DbCommand command, ReadOnlySpan<(string Name, object? Value)> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = values[i].Name;
                command.Parameters.Add(parameter);
            }

            command.Parameters[i].Value = Stored(values[i].Value);
        }
    }

    // One form per kind of value, the same in both databases: ids as text, times in milliseconds, flags as 0 and 1.
    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString(),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        bool flag => flag ? 1L : 0L,
        int number => (long)number,
        Contracts.Money money => money.Cents,
        Enum name => name.ToString(),
        _ => value,
    };
}
