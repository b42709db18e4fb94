namespace Kafkadog.Contracts;

/// <summary>Collects what is wrong with an event, field by field.</summary>
public sealed class Problems
{
    // A hostile record must not turn into an endless report.
    private const int Limit = 50;

    private readonly List<FieldProblem> found = [];

    public IReadOnlyList<FieldProblem> Found => found;

    public bool Any => found.Count > 0;

    public void Add(string field, string problem)
    {
        if (found.Count < Limit)
        {
            found.Add(new(field, problem));
        }
    }

    public void Require(bool ok, string field, string problem)
    {
        if (!ok)
        {
            Add(field, problem);
        }
    }

    /// <summary>Text with at least one character. NUL is refused because PostgreSQL cannot store it.</summary>
    public void Text(string? value, string field)
    {
        if (value is null)
        {
            return; // an optional field that is absent
        }

        Require(value.Length > 0, field, "must not be empty");
        Require(!value.Contains('\0'), field, "must not contain the character U+0000");
    }

    public void Positive(Money amount, string field) => Require(amount.Cents > 0, field, "must be at least 0.01");

    public override string ToString() => string.Join("; ", found.Select(f => $"{f.Field} {f.Problem}"));
}

/// <param name="Field">Path below the document's root, such as <c>items[0].quantity</c>.</param>
/// <param name="Problem">What is wrong, to be read after the field's name.</param>
public sealed record FieldProblem(string Field, string Problem);
