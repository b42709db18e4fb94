namespace Kafkadog.Contracts;

/// <summary>
/// W3C trace ids in the envelope's dashed form. The digits keep their order, so text operations are enough;
/// <see cref="Guid.ToByteArray()"/> would swap them.
/// </summary>
public static class TraceIds
{
    /// <param name="w3c">32 hexadecimal digits.</param>
    public static Guid FromW3C(string w3c) => Guid.ParseExact(w3c, "N");

    /// <returns>32 hexadecimal digits, lower case.</returns>
    public static string ToW3C(Guid traceId) => traceId.ToString("N");
}
