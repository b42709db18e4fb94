using System.Globalization;
using System.Text.Json.Nodes;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>
/// Stands in for values that two brokers choose differently by nature (ids, ports, paths, times): the same value gets the same symbol, so
/// that it still shows whether two answers name the same thing.
/// </summary>
internal sealed class Symbols(int port)
{
    private static readonly HashSet<string> s_texts = ["ClusterId", "MemberId", "LeaderId", "LogDir", "Leader"];
    private static readonly HashSet<string> s_times = ["LogAppendTimeMs", "TransactionStartTimeMs", "LastTimestamp", "TotalBytes", "UsableBytes", "LastFetchTimestamp", "LastCaughtUpTimestamp", "FinalizedFeaturesEpoch"];

    private readonly Dictionary<(string Kind, string Value), string> _symbols = [];

    public string Of(string kind, string value)
    {
        if (!_symbols.TryGetValue((kind, value), out var symbol))
        {
            _symbols[(kind, value)] = symbol = string.Create(CultureInfo.InvariantCulture, $"<{kind} {_symbols.Keys.Count(key => key.Kind == kind) + 1}>");
        }

        return symbol;
    }

    public JsonNode OfText(string name, string text)
    {
        if (text.Length > 0 && s_texts.Contains(name))
        {
            // The leader of a group is one of its members.
            return Of(name is "Leader" ? "MemberId" : name, text);
        }

        // Messages name them too.
        foreach (var ((_, value), symbol) in _symbols)
        {
            if (value.Length > 8)
            {
                text = text.Replace(value, symbol, StringComparison.Ordinal);
            }
        }

        return text;
    }

    public JsonNode OfNumber(string name, long number) => name switch
    {
        "Port" when number == port => "<port>",
        "SessionId" when number != 0 => Of(name, number.ToString(CultureInfo.InvariantCulture)),
        "ProducerId" when number >= 0 => Of(name, number.ToString(CultureInfo.InvariantCulture)),
        _ when s_times.Contains(name) && number > 0 => $"<{name}>",
        _ => number,
    };
}
