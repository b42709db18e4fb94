using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kafkadog.Contracts;

/// <summary>An amount in cents. Sums are exact; binary fractions never take part.</summary>
[JsonConverter(typeof(MoneyJsonConverter))]
public readonly record struct Money(long Cents) : IComparable<Money>
{
    /// <summary>The largest amount accepted from outside: ten million million, well inside 64 bits even when summed.</summary>
    public static readonly Money Max = new(1_000_000_000_000_000);

    public static Money Zero => default;

    /// <summary>Rounds half up to whole cents, so that a legacy float sum such as 599.9699999 is 599.97.</summary>
    /// <exception cref="OverflowException">The amount is beyond <see cref="Max"/> in either direction.</exception>
    public static Money FromDecimal(decimal amount)
    {
        if (Math.Abs(amount) > Max.ToDecimal())
        {
            throw new OverflowException($"The amount is larger than {Max}.");
        }

        return new((long)Math.Round(amount * 100m, MidpointRounding.AwayFromZero));
    }

    public decimal ToDecimal() => Cents / 100m;

    /// <summary>True when both are equal or one cent apart: the tolerance for totals summed as floats.</summary>
    public bool IsAbout(Money other) => Int128.Abs((Int128)Cents - other.Cents) <= 1;

    public int CompareTo(Money other) => Cents.CompareTo(other.Cents);

    public override string ToString() => ToDecimal().ToString("0.00", CultureInfo.InvariantCulture);

    public static Money operator +(Money left, Money right) => new(checked(left.Cents + right.Cents));

    public static Money operator -(Money left, Money right) => new(checked(left.Cents - right.Cents));

    public static Money operator *(Money price, int quantity) => new(checked(price.Cents * quantity));

    public static bool operator <(Money left, Money right) => left.Cents < right.Cents;

    public static bool operator >(Money left, Money right) => left.Cents > right.Cents;

    public static bool operator <=(Money left, Money right) => left.Cents <= right.Cents;

    public static bool operator >=(Money left, Money right) => left.Cents >= right.Cents;
}

/// <summary>Money on the wire: a JSON number with at most two decimals; a number in quotes is refused.</summary>
internal sealed class MoneyJsonConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDecimal(out var amount))
        {
            throw new JsonException("must be a number");
        }

        try
        {
            return Money.FromDecimal(amount);
        }
        catch (OverflowException e)
        {
            throw new JsonException("is too large", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        // 5 rather than 5.00: the shortest form, as JavaScript writes it.
        var (units, cents) = Math.DivRem(value.Cents, 100);
        if (cents == 0)
        {
            writer.WriteNumberValue(units);
        }
        else
        {
            writer.WriteNumberValue(cents % 10 == 0 ? value.Cents / 10 / 10m : value.Cents / 100m);
        }
    }
}
