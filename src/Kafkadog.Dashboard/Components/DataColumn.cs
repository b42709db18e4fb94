namespace Kafkadog.Dashboard.Components;

/// <summary>One column's heading.</summary>
/// <param name="Id">Names the column in <see cref="SortState"/> and in the address.</param>
/// <param name="Numeric">Right-aligned; give the cells the class <c>num</c> too.</param>
/// <param name="Term">A key of the glossary. Not for sortable columns: a button cannot contain another.</param>
public sealed record DataColumn(string Id, string Title, bool Sortable = false, bool Numeric = false, string? Term = null);

/// <summary>By which column the rows are in order. The page sorts; the table only shows it and asks for another.</summary>
public sealed record SortState(string Column, bool Descending = false);
