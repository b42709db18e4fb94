using System.Diagnostics.CodeAnalysis;
using Kafkadog.Messaging.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kafkadog.Messaging;

/// <summary>Composes one service's messaging; see <see cref="MessagingServiceCollectionExtensions"/>.</summary>
public sealed class MessagingBuilder(IServiceCollection services)
{
    public IServiceCollection Services { get; } = services;

    /// <summary>Gives records their meaning. Needed by a service that consumes.</summary>
    public MessagingBuilder UseReader<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IEventReader
    {
        Services.TryAddSingleton<IEventReader, T>();
        return this;
    }

    /// <summary>Gives retry records and dead letters their format. Needed by a service that consumes.</summary>
    public MessagingBuilder UseFailureEnvelopes<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IFailureEnvelopes
    {
        Services.TryAddSingleton<IFailureEnvelopes, T>();
        return this;
    }

    /// <summary>
    /// The service's own tables as DDL that may run at every start (<c>CREATE TABLE IF NOT EXISTS ...</c>),
    /// several statements separated by semicolons.
    /// </summary>
    public MessagingBuilder AddSchema(Func<SqlDialect, string> ddl)
    {
        Services.AddSingleton(new SchemaPart(ddl));
        return this;
    }

    /// <summary>
    /// Subscribes <typeparamref name="THandler"/>, a singleton, to <paramref name="topics"/> as <paramref name="group"/>.
    /// A service may have several consumers, each with its own group: a saga and a projection, say.
    /// </summary>
    public MessagingBuilder AddConsumer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string group, params string[] topics)
        where THandler : class, IEventHandler
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        if (topics.Length == 0)
            throw new ArgumentException("A consumer needs a topic.", nameof(topics));

        Services.TryAddSingleton<THandler>();
        Services.AddSingleton(new ConsumerRegistration(group, topics, provider => provider.GetRequiredService<THandler>()));
        return this;
    }
}
