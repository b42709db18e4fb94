using Kafkadog.Messaging;
using Kafkadog.Supervision;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Hosting;

/// <summary>Makes a web host of what a service registers and maps.</summary>
internal static class ServiceHost
{
    public static IHost Build(
        RoleSettings settings, Func<WebApplicationBuilder, WebApplicationBuilder> add, Func<WebApplication, WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = settings.ToConfiguration(),
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Services.AddSingleton(new KafkaGate(StopSignals.KafkaIsThere));
        add(builder);
        builder.Logging.LeaveStartToCaller();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return map(builder.Build());
    }
}
