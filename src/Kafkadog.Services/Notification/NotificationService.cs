using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.Notification;

/// <summary>Tells the customer how the order ended, once.</summary>
public static class NotificationService
{
    public static WebApplicationBuilder AddNotificationService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.Notification)
            .AddSchema(_ => EmailStore.Schema)
            .AddConsumer<NotificationHandler>(Groups.Notification, Topics.Outcomes);
        builder.Services.AddSingleton(services => new EmailLog(
            services.GetRequiredService<IConfiguration>().DataFolder(ServiceIdentity.Notification),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<UnknownEmails>();
        return builder;
    }

    public static WebApplication MapNotificationService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.MapGet("/emails", EmailsAsync).WithSummary("E-mails, newest first; ?orderId= for one order, ?limit= up to 500");
        return app;
    }

    private static async Task<IResult> EmailsAsync(
        IDatabase database, CancellationToken cancellationToken, Guid? orderId = null, int limit = 100)
    {
        if (limit is < 1 or > 500)
        {
            return ProblemAnswers.Problem(400, "limit is out of range.", "Use a limit from 1 to 500.");
        }

        (string, object?)[] values = orderId is null ? [("limit", limit)] : [("limit", limit), ("order", orderId)];
        return TypedResults.Ok(await database.QueryAsync(
            $"""
            SELECT email_id, order_id, kind, recipient, subject, body, state, claimed_at, sent_at FROM emails
            {(orderId is null ? "" : "WHERE order_id = @order")}
            ORDER BY claimed_at DESC, email_id LIMIT @limit
            """,
            r => new EmailAnswer(
                r.Id(0), r.Id(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6),
                Utc.Text(r.Time(7)), r.OptionalTime(8) is { } sent ? Utc.Text(sent) : null),
            values,
            cancellationToken));
    }

    private sealed record EmailAnswer(
        Guid EmailId, Guid OrderId, string Kind, string To, string Subject, string Body, string State, string ClaimedAt, string? SentAt);
}
