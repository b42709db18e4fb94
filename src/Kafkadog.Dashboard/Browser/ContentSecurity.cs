using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Dashboard.Browser;

/// <summary>
/// Headers that keep a page to itself: whatever a record's bytes contain, the browser runs only our own scripts and asks nobody
/// but this server.
/// </summary>
internal static class ContentSecurity
{
    public static void UseContentSecurity(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PolicyFor(context.Request);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });

    /// <summary>
    /// Style attributes are allowed, because records, marks and bars are placed by them; they cannot run anything. The web socket
    /// is named, because older browsers do not count it as 'self'; its host has passed the host filter before.
    /// </summary>
    private static string PolicyFor(HttpRequest request) =>
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
        $"connect-src 'self' {(request.IsHttps ? "wss" : "ws")}://{request.Host.ToUriComponent()}; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
