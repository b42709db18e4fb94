namespace Kafkadog.Broker.Tests.Clients;

/// <summary>
/// The optional folder with Apache Kafka and further clients: <c>KAFKADOG_SHARED</c>, or <c>shared</c> beside the checkout. Tests that
/// need something of it are skipped without it.
/// </summary>
internal static class SharedFolder
{
    /// <summary>Where this project's sources are.</summary>
    public static string Checkout { get; } = Above(AppContext.BaseDirectory);

    public static string? Path { get; } = Find();

    /// <summary>The full path of something in the folder; skips the test if it is not there.</summary>
    public static string Require(string relativePath)
    {
        var path = Path is null ? null : System.IO.Path.Combine(Path, relativePath);
        Assert.SkipUnless(File.Exists(path), $"{relativePath} is not here: set KAFKADOG_SHARED to the folder that has it.");
        return path!;
    }

    private static string? Find()
    {
        var path = Environment.GetEnvironmentVariable("KAFKADOG_SHARED") ?? System.IO.Path.GetFullPath(System.IO.Path.Combine(Checkout, "..", "shared"));
        return Directory.Exists(path) ? path : null;
    }

    private static string Above(string folder) => File.Exists(System.IO.Path.Combine(folder, "kafkadog.slnx"))
        ? folder
        : Above(System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("There is no kafkadog.slnx above the tests."));
}
