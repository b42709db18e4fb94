using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>
/// Has Confluent.Kafka load the librdkafka of its own package. Its default build needs libsasl2.so.3, which Debian does not have, and
/// then an older librdkafka of the system would be taken without a word.
/// </summary>
internal static class NativeLibrdkafka
{
    private static nint s_library;

    [ModuleInitializer]
    internal static void Install()
    {
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        // Called once for every imported function.
        if (name != "librdkafka" || s_library != 0)
        {
            return name == "librdkafka" ? s_library : 0;
        }

        string[] places = ["runtimes/linux-x64/native/centos8-librdkafka.so", "centos8-librdkafka.so"];
        foreach (var place in places)
        {
            if (NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, place), out s_library))
            {
                return s_library;
            }
        }

        return 0;
    }
}
