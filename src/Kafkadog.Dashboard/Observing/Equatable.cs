using System.Collections;

namespace Kafkadog.Dashboard.Observing;

/// <summary>A list that equals another one with equal items, so that a view made of it compares by what it shows.</summary>
public sealed class Equatable<T>(IEnumerable<T> items) : IReadOnlyList<T>, IEquatable<Equatable<T>>
{
    private readonly T[] items = [.. items];

    public int Count => items.Length;

    public T this[int index] => items[index];

    public bool Equals(Equatable<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.items, EqualityComparer<T>.Default);

    public override bool Equals(object? obj) => Equals(obj as Equatable<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

public static class EquatableExtensions
{
    extension<T>(IEnumerable<T> items)
    {
        public Equatable<T> ToEquatable() => new(items);
    }
}
