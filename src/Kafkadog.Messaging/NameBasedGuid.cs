using System.Security.Cryptography;
using System.Text;

namespace Kafkadog.Messaging;

/// <summary>Version 5 UUIDs (RFC 9562): the same name always gives the same id, so a repeated step is recognised.</summary>
internal static class NameBasedGuid
{
    private static readonly byte[] Namespace = new Guid("0b1f7a52-6a2e-5d0e-9d62-3a4c1f0f7b11").ToByteArray(bigEndian: true);

    public static Guid Create(string name)
    {
        byte[] input = [.. Namespace, .. Encoding.UTF8.GetBytes(name)];
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 9562 defines version 5 by SHA-1; nothing here is a secret.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
