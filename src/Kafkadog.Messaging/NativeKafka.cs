using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Kafkadog.Messaging;

/// <summary>
/// Loads the librdkafka that belongs to Confluent.Kafka. The package's default build for Linux needs libsasl2.so.3;
/// where that is missing, .NET goes on to whatever librdkafka the system has, and an old one fails only later, in the
/// middle of Consume. Call <see cref="Load"/> before any client is made.
/// </summary>
public static class NativeKafka
{
    /// <summary>The librdkafka version that Confluent.Kafka in this build was made for.</summary>
    public const string ExpectedVersion = "2.16.0";

    private static readonly Lazy<string> Loaded = new(LoadOnce);

    /// <summary>Loads the library, once per process, and returns its version.</summary>
    /// <exception cref="DllNotFoundException">A librdkafka of another version was found, or none at all.</exception>
    public static string Load() => Loaded.Value;

    private static string LoadOnce()
    {
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            var handle = new Lazy<nint>(() => Candidates().Select(TryLoad).FirstOrDefault(found => found != 0));
            // Asked once per imported function, so the handle is kept.
            NativeLibrary.SetDllImportResolver(
                typeof(Library).Assembly,
                (name, _, _) => string.Equals(name, "librdkafka", StringComparison.Ordinal) ? handle.Value : 0);
        }

        var version = Library.VersionString;
        return version.StartsWith(ExpectedVersion, StringComparison.Ordinal)
            ? version
            : throw new DllNotFoundException(
                $"librdkafka {version} was loaded, {ExpectedVersion} is needed; remove the system's librdkafka from the library path.");
    }

    /// <summary>Where a build (with all platforms) and a publish for one platform put the file.</summary>
    private static IEnumerable<string> Candidates()
    {
        const string file = "centos8-librdkafka.so";
        string[] folders = [AppContext.BaseDirectory, Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) ?? ""];
        return folders.SelectMany(folder => new[]
        {
            Path.Combine(folder, "runtimes", "linux-x64", "native", file),
            Path.Combine(folder, file),
        });
    }

    private static nint TryLoad(string path) => NativeLibrary.TryLoad(path, out var handle) ? handle : 0;
}
