namespace Kafkadog.Broker.Tests;

/// <summary>A folder for one test, deleted with everything in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafkadog-test-");

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
