using System.Globalization;
using Kafkadog.Dashboard;
using Kafkadog.Supervision;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Hosting;

/// <summary>The dashboard as a process of its own.</summary>
internal static class DashboardHost
{
    public static IHost Build(RoleSettings settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = settings.ToConfiguration(),
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddDashboard();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build().MapDashboard();
    }
}
