namespace Kafkadog.Dashboard.Browser;

/// <summary>Where the scripts are that components import; the names are as in <c>wwwroot</c>.</summary>
internal static class BrowserAssets
{
    public const string Session = "_content/Kafkadog.Dashboard/kafkadog.js";
    public const string Tape = "_content/Kafkadog.Dashboard/tape.js";
    public const string Chart = "_content/Kafkadog.Dashboard/chart.js";
}
