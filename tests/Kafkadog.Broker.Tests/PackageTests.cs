using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Kafkadog.Broker.Tests;

/// <summary>What <c>dotnet pack src/Kafkadog.Broker</c> gives, and that another program can be built with it.</summary>
public sealed class PackageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Package_has_documentation_readme_licence_and_symbols_and_a_program_is_built_with_it()
    {
        using var feed = new TemporaryDirectory();
        // The configuration this test was built in, whose output is there.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        await DotnetAsync(Root(), "pack", "src/Kafkadog.Broker", "-c", configuration, "--no-build", "--no-restore", "-o", feed.Path);
        var package = Assert.Single(Directory.EnumerateFiles(feed.Path, "Kafkadog.Broker.*.nupkg"));
        var symbols = Assert.Single(Directory.EnumerateFiles(feed.Path, "Kafkadog.Broker.*.snupkg"));
        var version = Path.GetFileNameWithoutExtension(package)["Kafkadog.Broker.".Length..];
        CheckPackage(package);
        CheckSymbols(symbols);
        await BuildConsumerAsync(feed.Path, version);
    }

    private static void CheckPackage(string path)
    {
        using var package = ZipFile.OpenRead(path);
        Assert.NotNull(package.GetEntry("README.md"));
        Assert.Equal(
            ["lib/net10.0/Kafkadog.Broker.dll", "lib/net10.0/Kafkadog.Broker.xml"],
            package.Entries.Select(entry => entry.FullName).Where(name => name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        using var specification = package.GetEntry("Kafkadog.Broker.nuspec")!.Open();
        var metadata = XDocument.Load(specification).Root!.Elements().First();
        Assert.Equal("MIT", Element("license"));
        Assert.Equal("README.md", Element("readme"));
        Assert.False(string.IsNullOrWhiteSpace(Element("description")));
        Assert.False(string.IsNullOrWhiteSpace(Element("tags")));
        Assert.Equal(
            ["K4os.Compression.LZ4.Streams", "Snappier", "ZstdSharp.Port"],
            metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal));
        Assert.Equal("Microsoft.AspNetCore.App", metadata.Descendants().Single(element => element.Name.LocalName == "frameworkReference").Attribute("name")!.Value);

        using var assembly = new MemoryStream();
        using (var entry = package.GetEntry("lib/net10.0/Kafkadog.Broker.dll")!.Open())
            entry.CopyTo(assembly);
        assembly.Position = 0;
        using var image = new PEReader(assembly);
        Assert.Contains(image.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);

        string? Element(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    /// <summary>With the sources in them a debugger needs no server to step into the broker.</summary>
    private static void CheckSymbols(string path)
    {
        var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        using var package = ZipFile.OpenRead(path);
        using var stream = new MemoryStream();
        using (var entry = package.GetEntry("lib/net10.0/Kafkadog.Broker.pdb")!.Open())
            entry.CopyTo(stream);
        stream.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(stream);
        var reader = provider.GetMetadataReader();
        var withSource = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Count(information => reader.GetGuid(information.Kind) == embeddedSource);
        Assert.True(withSource > 100, $"{withSource} files with their source");
    }

    private static async Task BuildConsumerAsync(string feed, string version)
    {
        using var directory = new TemporaryDirectory();
        await WriteAsync("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="here" value="{feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{directory.Path}/packages" /></config>
              <fallbackPackageFolders><add key="cache" value="{PackageCache()}" /></fallbackPackageFolders>
            </configuration>
            """);
        await WriteAsync("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Kafkadog.Broker" Version="{version}" /></ItemGroup>
            </Project>
            """);
        await WriteAsync("Program.cs", """
            using Kafkadog.Broker;

            await using var broker = await KafkaBroker.StartAsync(new() { Port = 0 });
            await broker.WriteAsync("greetings", "en", "hello");
            Console.WriteLine((await broker.ReadAsync("greetings", 1))[0].ValueText);
            """);
        // The three packages it needs are in the cache of this machine: the test was built with them.
        Assert.Equal("hello", (await DotnetAsync(directory.Path, "run", "-c", "Release")).Trim());

        Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(directory.Path, name), content, Cancel);
    }

    private static string PackageCache() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> DotnetAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_NOLOGO"] = start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {await output}{await error}");
        return await output;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "kafkadog.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("no kafkadog.slnx above the tests");
        return folder.FullName;
    }
}
