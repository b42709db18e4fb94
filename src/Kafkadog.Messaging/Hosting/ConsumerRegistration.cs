namespace Kafkadog.Messaging.Hosting;

internal sealed record ConsumerRegistration(string Group, string[] Topics, Func<IServiceProvider, IEventHandler> Handler);

internal sealed record SchemaPart(Func<SqlDialect, string> Ddl);
