using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Notification;

/// <summary>
/// Claim, send, mark: the claim is durable before the e-mail leaves, the mark comes with the inbox row. A crash in
/// between leaves a claim without a mark, and at most one e-mail either way.
/// </summary>
internal sealed class NotificationHandler : IEventHandler
{
    private readonly ILocalTransactions transactions;
    private readonly EmailLog log;
    private readonly Counter<long> emails;

    // Claims that could not be taken back, with the database away as well: this process knows that nothing was sent.
    private readonly ConcurrentDictionary<(Guid OrderId, string Kind), bool> unsent = new();

    public NotificationHandler(ILocalTransactions transactions, EmailLog log, IMeterFactory meters)
    {
        this.transactions = transactions;
        this.log = log;
        emails = meters.Create(ServiceMeter.Name).CreateCounter<long>("kafkadog.emails", description: "E-mails by kind and result");
    }

    public async ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken)
    {
        if (Email.For(received.Body) is not { } email
            || (!await transactions.ExecuteAsync(work => EmailStore.Claim(work, email), cancellationToken)
                && !unsent.TryRemove((email.OrderId, email.Kind), out _)))
        {
            return null;
        }

        try
        {
            log.Send(email);
        }
        catch (IOException)
        {
            unsent[(email.OrderId, email.Kind)] = true;
            if (await transactions.ExecuteAsync(work => EmailStore.Unclaim(work, email), cancellationToken) == 1)
            {
                unsent.TryRemove((email.OrderId, email.Kind), out _);
            }

            throw;
        }

        return email;
    }

    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (prepared is Email email)
        {
            EmailStore.MarkSent(work, email);
            work.OnCommitted(() => emails.Add(1, new("kind", email.Kind), new("result", "sent")));
        }

        return HandleResult.Done;
    }
}
