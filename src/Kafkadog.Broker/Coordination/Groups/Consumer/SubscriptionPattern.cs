using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>
/// A regular expression that a member subscribes with, in the syntax of RE2, which Kafka's coordinator uses: it takes time linear in the
/// topic's name, so no client can stop the broker with one. .NET's non-backtracking engine has the same guarantee; what only one of the
/// two knows is translated or refused here. A name matches as a whole.
/// </summary>
internal sealed class SubscriptionPattern
{
    /// <summary>RE2's own bound of one counted repetition.</summary>
    private const int MaxRepetitions = 1000;

    /// <summary>Far more than anybody writes; together they bound the automaton. .NET itself refuses one of more than 10,000 states.</summary>
    private const int MaxLength = 4096, MaxStates = 9_000;

    private static readonly Dictionary<string, string> s_classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = "\\x00-\\x7F",
        ["blank"] = "\\t ",
        ["cntrl"] = "\\x00-\\x1F\\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = "!-/:-@\\[-`{-~",
        ["space"] = "\\t\\n\\v\\f\\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly Regex _regex;

    private SubscriptionPattern(Regex regex) => _regex = regex;

    public bool Matches(string topic) => _regex.IsMatch(topic);

    /// <param name="expression">As the client sent it.</param>
    /// <param name="pattern">The compiled expression.</param>
    /// <param name="problem">What is wrong with it, in a few words.</param>
    public static bool TryParse(string expression, [NotNullWhen(true)] out SubscriptionPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = null;
        try
        {
            if (expression.Length > MaxLength) throw new FormatException("expression too long");
            var translated = new Translator(expression).Translate();
            pattern = new SubscriptionPattern(new Regex($@"\A(?:{translated})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
            return true;
        }
        catch (Exception unfit) when (unfit is FormatException or ArgumentException or NotSupportedException)
        {
            // RegexParseException is an ArgumentException; what the engine cannot do without backtracking is NotSupported.
            problem = unfit switch
            {
                FormatException => unfit.Message,
                RegexParseException { Error: RegexParseError.ReversedCharacterRange or RegexParseError.InvalidUnicodePropertyEscape or RegexParseError.MalformedUnicodePropertyEscape } => "invalid character class range",
                _ => "invalid or unsupported Perl syntax",
            };
            return false;
        }
    }

    /// <summary>Walks over an RE2 expression once, writes it in .NET's syntax, and counts its repetitions.</summary>
    private sealed class Translator(string expression)
    {
        private readonly StringBuilder _out = new();
        private int _at;
        private int _states;

        public string Translate()
        {
            Alternatives();
            // An odd thing to say of a parenthesis too many, but what RE2/J says.
            if (_at < expression.Length) throw new FormatException("regexp/syntax: internal error");
            return _out.ToString();
        }

        private bool Ends => _at >= expression.Length;

        private char Current => expression[_at];

        /// <summary>Up to the end or a closing parenthesis; returns the largest product of repetitions inside.</summary>
        private int Alternatives()
        {
            var largest = 1;
            while (!Ends && Current != ')')
            {
                var inside = Item();
                var product = inside * Repetition();
                if (product > MaxStates || (_states += product) > MaxStates) throw new FormatException("invalid repeat count");
                largest = Math.Max(largest, product);
            }

            return largest;
        }

        private int Item()
        {
            switch (Current)
            {
                case '(':
                    return Group();
                case '[':
                    Class();
                    return 1;
                case '\\':
                    Escape(inClass: false);
                    return 1;
                case '*' or '+' or '?':
                    throw new FormatException("missing argument to repetition operator");
                case '{' or '}':
                    // RE2 takes a brace that counts nothing for itself.
                    _out.Append('\\').Append(expression[_at++]);
                    return 1;
                case '#' or ' ':
                    _out.Append('\\').Append(expression[_at++]);
                    return 1;
                default:
                    _out.Append(expression[_at++]);
                    return 1;
            }
        }

        private int Group()
        {
            _out.Append('(');
            _at++;
            if (!Ends && Current == '?')
            {
                _at++;
                if (GroupHead()) return 1;
            }

            var inside = Alternatives();
            if (Ends) throw new FormatException("missing closing )");
            _at++;
            _out.Append(')');
            return inside;
        }

        /// <summary>Flags, a name, or a plain non-capturing group; true for flags that stand alone and have no body.</summary>
        private bool GroupHead()
        {
            var rest = expression.AsSpan(_at);
            if (rest.StartsWith("P<", StringComparison.Ordinal) || (rest.StartsWith("<", StringComparison.Ordinal) && !rest.StartsWith("<=", StringComparison.Ordinal) && !rest.StartsWith("<!", StringComparison.Ordinal)))
            {
                var open = rest.IndexOf('<');
                var close = rest.IndexOf('>');
                if (close <= open + 1 || rest[(open + 1)..close].ContainsAnyExcept(s_nameCharacters)) throw new FormatException("invalid named capture");
                _out.Append("?<").Append(rest[(open + 1)..close]).Append('>');
                _at += close + 1;
                return false;
            }

            var flags = new StringBuilder();
            while (!Ends && Current is 'i' or 'm' or 's' or 'U' or '-')
            {
                // Ungreedy changes which part matches, never whether the whole does.
                if (Current != 'U') flags.Append(Current);
                _at++;
            }

            if (Ends || Current is not (':' or ')')) throw new FormatException("invalid or unsupported Perl syntax");
            _out.Append('?').Append(flags.Length > 0 && flags[^1] == '-' ? flags.ToString(0, flags.Length - 1) : flags.ToString());
            if (Current == ')')
            {
                // No flag is left that .NET would know: a group of nothing.
                _out.Append(_out[^1] == '?' ? ":)" : ")");
                _at++;
                return true;
            }

            _out.Append(':');
            _at++;
            return false;
        }

        private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
            System.Buffers.SearchValues.Create("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

        private void Class()
        {
            _out.Append('[');
            _at++;
            if (!Ends && Current == '^') _out.Append(expression[_at++]);
            var first = true;
            while (!Ends && (first || Current != ']'))
            {
                if (expression.AsSpan(_at).StartsWith("[:", StringComparison.Ordinal)) NamedClass();
                else if (Current == '\\') Escape(inClass: true);
                // For .NET a bracket inside begins a subtraction.
                else if (Current is '[' or ']') _out.Append('\\').Append(expression[_at++]);
                else _out.Append(expression[_at++]);
                first = false;
            }

            if (Ends) throw new FormatException("missing closing ]");
            _out.Append(']');
            _at++;
        }

        private void NamedClass()
        {
            var end = expression.IndexOf(":]", _at, StringComparison.Ordinal);
            var name = end < 0 ? "" : expression[(_at + 2)..end];
            if (name.StartsWith('^') || !s_classes.TryGetValue(name, out var characters)) throw new FormatException("invalid character class range");
            _out.Append(characters);
            _at = end + 2;
        }

        private void Escape(bool inClass)
        {
            if (_at + 1 >= expression.Length) throw new FormatException("trailing backslash at end of expression");
            var escaped = expression[_at + 1];
            switch (escaped)
            {
                case 'Q' when !inClass:
                    var end = expression.IndexOf(@"\E", _at + 2, StringComparison.Ordinal);
                    var quoted = end < 0 ? expression[(_at + 2)..] : expression[(_at + 2)..end];
                    _out.Append("(?:").Append(Regex.Escape(quoted)).Append(')');
                    _at = end < 0 ? expression.Length : end + 2;
                    return;
                case 'A' or 'z' or 'b' or 'B' when !inClass:
                case 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'a' or 'f' or 'n' or 'r' or 't' or 'v':
                    _out.Append('\\').Append(escaped);
                    _at += 2;
                    return;
                case 'x':
                    Hex();
                    return;
                case 'p' or 'P':
                    UnicodeClass(escaped);
                    return;
                case >= '0' and <= '9' or >= 'a' and <= 'z' or >= 'A' and <= 'Z':
                    throw new FormatException("invalid escape sequence");
                default:
                    _out.Append('\\').Append(escaped);
                    _at += 2;
                    return;
            }
        }

        private void Hex()
        {
            var rest = expression.AsSpan(_at + 2);
            var braced = rest.StartsWith("{", StringComparison.Ordinal);
            var length = braced ? rest.IndexOf('}') - 1 : 2;
            var digits = braced ? rest[1..] : rest;
            if (length is < 1 or > 6 || digits.Length < length
                || !int.TryParse(digits[..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > char.MaxValue)
            {
                throw new FormatException("invalid escape sequence");
            }

            _out.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
            _at += 2 + length + (braced ? 2 : 0);
        }

        private void UnicodeClass(char letter)
        {
            var rest = expression.AsSpan(_at + 2);
            var close = rest.StartsWith("{", StringComparison.Ordinal) ? rest.IndexOf('}') : 0;
            if (rest.Length == 0 || close < 0) throw new FormatException("invalid character class range");
            var name = close == 0 ? rest[..1] : rest[1..close];
            _out.Append('\\').Append(letter).Append('{').Append(name).Append('}');
            _at += 2 + (close == 0 ? 1 : close + 1);
        }

        /// <summary>What repeats the item before; the count, 1 for none.</summary>
        private int Repetition()
        {
            var count = 1;
            var repeats = 0;
            while (!Ends && Current is '*' or '+' or '?' or '{')
            {
                if (Current == '{')
                {
                    if (Counted() is not { } times) break;
                    count *= times;
                }
                else
                {
                    _out.Append(expression[_at++]);
                }

                if (++repeats > 1) throw new FormatException("invalid nested repetition operator");
                if (!Ends && Current == '?') _out.Append(expression[_at++]);
            }

            return count;
        }

        /// <summary>{n}, {n,} or {n,m}; null when the brace is a plain character.</summary>
        private int? Counted()
        {
            var close = expression.IndexOf('}', _at);
            if (close < 0) return null;
            var parts = expression[(_at + 1)..close].Split(',');
            if (parts.Length > 2 || !IsNumber(parts[0]) || (parts.Length == 2 && parts[1].Length > 0 && !IsNumber(parts[1]))) return null;
            var least = Parse(parts[0]);
            var most = parts.Length == 2 && parts[1].Length > 0 ? Parse(parts[1]) : least;
            if (most < least || most > MaxRepetitions) throw new FormatException("invalid repeat count");
            _out.Append(expression, _at, close + 1 - _at);
            _at = close + 1;
            return Math.Max(most, 1);

            static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

            static int Parse(string text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : MaxRepetitions + 1;
        }
    }
}
