using Kafkadog.Contracts;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;

namespace Kafkadog.Services.Payment;

/// <summary>Authorizes, captures and voids payments.</summary>
public static class PaymentService
{
    public static WebApplicationBuilder AddPaymentService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.Payment)
            .AddSchema(PaymentHandler.Schema)
            .AddConsumer<PaymentHandler>(Groups.Payment, Topics.Orders, Topics.Outcomes);
        builder.AddLiveSettings<PaymentOptions>(
            PaymentOptions.Section,
            fast: o => o with { MinDelayMs = 0, MaxDelayMs = 0, FailureRate = 0, DeclineRate = 0 });
        builder.Services.AddFaultSwitch(PaymentHandler.DeclineMode);
        return builder;
    }

    public static WebApplication MapPaymentService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.MapLiveSettings<PaymentOptions>(PaymentOptions.Section);
        return app;
    }
}
