using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kafkadog.Broker.Security.Tls;

/// <summary>
/// The subject of a certificate as Java writes it (RFC 2253): <c>CN=client,OU=shop,O=kafkadog</c>. Access control lists compare the text, so
/// that it must come out the same as on Apache Kafka.
/// </summary>
internal static class DistinguishedName
{
    /// <exception cref="AsnContentException">The name is not well formed.</exception>
    public static string Of(X500DistinguishedName name)
    {
        var parts = new List<string>();
        var sequence = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf(skipSortOrderValidation: true);
            var values = new List<string>();
            while (set.HasData)
            {
                values.Add(Value(set.ReadSequence()));
            }

            parts.Add(string.Join('+', values));
        }

        // The most particular first.
        parts.Reverse();
        return string.Join(',', parts);
    }

    private static string Value(AsnReader attribute)
    {
        var oid = attribute.ReadObjectIdentifier();
        var encoded = attribute.PeekEncodedValue();
        return Keyword(oid) is { } keyword && Text(attribute) is { } text
            ? $"{keyword}={Escape(text)}"
            : $"{oid}=#{Convert.ToHexStringLower(encoded.Span)}";
    }

    private static string? Keyword(string oid) => oid switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => null,
    };

    private static string? Text(AsnReader value) => value.PeekTag() is { TagClass: TagClass.Universal } tag
        && (UniversalTagNumber)tag.TagValue is var kind and (UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString)
            ? value.ReadCharacterString(kind)
            : null;

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var needs = text[at] is ',' or '+' or '"' or '\\' or '<' or '>' or ';'
                || (text[at] is '#' && at == 0)
                || (text[at] is ' ' && (at == 0 || at == text.Length - 1));
            escaped.Append(needs ? "\\" : "").Append(text[at]);
        }

        return escaped.ToString();
    }
}
