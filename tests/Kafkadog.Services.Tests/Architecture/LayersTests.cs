using System.Reflection;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Gateway;

namespace Kafkadog.Services.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed class LayersTests
{
    private static readonly Assembly Services = typeof(GatewayService).Assembly;

    private static readonly string[] Folders =
        ["Gateway", "OrderSaga", "Payment", "Inventory", "Notification", "Analytics", "DeadLetters"];

    [Fact]
    public void No_service_uses_the_code_of_another()
    {
        var root = SourceFolder();
        foreach (var folder in Folders)
        {
            var others = Folders.Where(f => f != folder).Append("nothing").ToList();
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs"))
            {
                var source = File.ReadAllText(file);
                Assert.Contains($"namespace Kafkadog.Services.{folder};", source, StringComparison.Ordinal);
                Assert.DoesNotContain(others, o => source.Contains($"Kafkadog.Services.{o}", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void What_the_services_share_knows_none_of_them()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SourceFolder(), "Shared"), "*.cs"))
        {
            Assert.DoesNotContain(
                Folders, f => File.ReadAllText(file).Contains($"Kafkadog.Services.{f}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_service_is_reached_by_its_two_entry_points_alone()
    {
        foreach (var folder in Folders)
        {
            var methods = Services.GetTypes()
                .Where(t => t.IsPublic && t.Namespace == "Kafkadog.Services." + folder)
                .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Select(m => m.Name);
            Assert.Equal([$"Add{folder}Service", $"Map{folder}Service"], methods.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_events_depend_on_nothing_and_messaging_on_no_event()
    {
        Assert.DoesNotContain(References(typeof(OrderPlaced).Assembly), r => r.StartsWith("Kafkadog", StringComparison.Ordinal) || r.StartsWith("Confluent", StringComparison.Ordinal));
        Assert.DoesNotContain(References(typeof(IEventHandler).Assembly), r => r.StartsWith("Kafkadog", StringComparison.Ordinal));
    }

    [Fact]
    public void The_services_do_not_know_which_broker_they_talk_to() => Assert.Equal(
        ["Kafkadog.Contracts", "Kafkadog.Messaging"],
        References(Services).Where(r => r.StartsWith("Kafkadog", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_folder_explains_itself() =>
        Assert.All(Folders, f => Assert.True(File.Exists(Path.Combine(SourceFolder(), f, "README.md")), f));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "kafkadog.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.SkipWhen(folder is null, "The sources are not beside the tests.");
        return Path.Combine(folder!.FullName, "src", "Kafkadog.Services");
    }
}
