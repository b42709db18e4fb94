using System.Globalization;

namespace Kafkadog.Dashboard.Observing;

/// <summary>A partition of a topic.</summary>
public readonly record struct Place(string Topic, int Partition) : IComparable<Place>
{
    public int CompareTo(Place other) =>
        string.CompareOrdinal(Topic, other.Topic) is not 0 and var byTopic ? byTopic : Partition.CompareTo(other.Partition);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic} p{Partition}");

    public static bool operator <(Place left, Place right) => left.CompareTo(right) < 0;

    public static bool operator >(Place left, Place right) => left.CompareTo(right) > 0;

    public static bool operator <=(Place left, Place right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Place left, Place right) => left.CompareTo(right) >= 0;
}
