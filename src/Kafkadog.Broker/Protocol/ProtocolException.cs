namespace Kafkadog.Broker.Protocol;

/// <summary>The bytes at hand are not what the protocol allows. The only exception the readers of this folder throw.</summary>
internal sealed class ProtocolException(string message, Exception? inner = null) : Exception(message, inner)
{
    public static void ThrowIfOutside(short version, short lowest, short highest)
    {
        if (version < lowest || version > highest)
        {
            throw new ProtocolException($"Version {version} is outside {lowest} to {highest}.");
        }
    }
}
