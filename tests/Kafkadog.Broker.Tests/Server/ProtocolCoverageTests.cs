using System.Text;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Tests.Server;

public sealed class ProtocolCoverageTests
{
    /// <summary>Set to 1 to have the test write the page instead of comparing it.</summary>
    private const string UpdateVariable = "KAFKADOG_UPDATE_DOCS";

    [Fact]
    public void Coverage_page_says_what_the_table_says()
    {
        var page = Path.Combine(RepositoryRoot(), "docs", "protocol-coverage.md");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(page, Render());
        }

        Assert.True(File.Exists(page), $"{page} is missing: run this test with {UpdateVariable}=1.");
        Assert.True(File.ReadAllText(page) == Render(), $"{page} is stale: run this test with {UpdateVariable}=1.");
    }

    private static string Render()
    {
        var text = new StringBuilder();
        text.Append("# Protocol coverage\n\n");
        text.Append("The APIs the embedded broker serves, generated from `src/Kafkadog.Broker/Server/ApiTable.cs` by a test. An API that is not\n");
        text.Append("here closes the connection, as in Apache Kafka. What a handler leaves out is said at the top of its file.\n\n");
        text.Append("| key | API | versions | flexible from | handler |\n|---:|---|---|---:|---|\n");
        foreach (var api in new ApiTable().All)
        {
            var versions = $"{api.Lowest} to {api.Highest}" + (api.AdvertisedLowest < api.Lowest ? $" (advertised from {api.AdvertisedLowest})" : "");
            var flexible = api.Schema.FlexibleFrom == short.MaxValue ? "never" : api.Schema.FlexibleFrom.ToString();
            var file = $"{(short)api.Schema.Key:00}_{api.Schema.Name}.cs";
            Assert.True(File.Exists(Path.Combine(RepositoryRoot(), "src", "Kafkadog.Broker", "Apis", file)), $"{file} is missing.");
            text.Append($"| {(short)api.Schema.Key} | {api.Schema.Name} | {versions} | {flexible} | [{file}](../src/Kafkadog.Broker/Apis/{file}) |\n");
        }

        return text.ToString();
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "kafkadog.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
