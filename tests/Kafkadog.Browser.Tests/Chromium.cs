namespace Kafkadog.Browser.Tests;

/// <summary>The browser of the system; a download of one by the test library is never tried.</summary>
internal static class Chromium
{
    /// <summary>Quiet: without these it calls home, which a machine without a network answers with errors.</summary>
    public static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync",
    ];

    public static string? Path { get; } =
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public const string Missing = "no Chromium is installed; on Debian: apt-get install chromium";
}
