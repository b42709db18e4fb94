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
        // Beside a program that was built but not published, the manifest says where its scripts and styles are; without this they would
        // be answered with 200 and nothing in it. A published folder has them in wwwroot.
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "kafkadog.staticwebassets.runtime.json")))
        {
            builder.WebHost.UseStaticWebAssets();
        }

        builder.AddDashboard();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build().MapDashboard();
    }
}
