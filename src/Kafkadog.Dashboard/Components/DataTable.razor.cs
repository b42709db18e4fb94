using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Components;

/// <summary>
/// A real table in a box of its own that scrolls both ways, with the first column in place. Only the rows in sight are rendered
/// when there are more than 100; all rows are then of one height and one line.
/// </summary>
public sealed partial class DataTable<TItem>
{
    internal const int MostRenderedAtOnce = 100;

    /// <summary>As <c>.fixed-rows</c> has it: 38 px and the line below.</summary>
    private const float RowHeight = 39;

    [Parameter, EditorRequired]
    public IReadOnlyList<TItem> Items { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<DataColumn> Columns { get; set; } = [];

    /// <summary>The cells of one row: one <c>th scope="row"</c> or <c>td</c> per column.</summary>
    [Parameter, EditorRequired]
    public RenderFragment<TItem> Row { get; set; } = null!;

    /// <summary>What stays the same while a row changes, such as an order's id.</summary>
    [Parameter, EditorRequired]
    public Func<TItem, object> Key { get; set; } = null!;

    /// <summary>What the table is, in words; seen only with <see cref="ShowCaption"/>, heard always.</summary>
    [Parameter, EditorRequired]
    public string Caption { get; set; } = "";

    [Parameter]
    public bool ShowCaption { get; set; }

    [Parameter]
    public SortState? Sort { get; set; }

    [Parameter]
    public EventCallback<SortState> SortChanged { get; set; }

    /// <summary>Such as <c>picked</c>.</summary>
    [Parameter]
    public Func<TItem, string?>? RowClass { get; set; }

    /// <summary>At most 70 % of the window high, with the headings in place; so anyway above 100 rows.</summary>
    [Parameter]
    public bool Tall { get; set; }

    private bool IsVirtual => Items.Count > MostRenderedAtOnce;

    /// <summary>Virtualize wants to be able to change what it never changes.</summary>
    private ICollection<TItem> Collection => Items as ICollection<TItem> ?? [.. Items];

    private bool IsTall => Tall || IsVirtual;

    private string? AriaSort(DataColumn column) => !column.Sortable ? null : Sort?.Column != column.Id ? "none" : Sort.Descending ? "descending" : "ascending";

    private string Arrow(DataColumn column) => Sort?.Column != column.Id ? "" : Sort.Descending ? "↓" : "↑";

    private Task SortByAsync(DataColumn column) => SortChanged.InvokeAsync(new(column.Id, Sort?.Column == column.Id && !Sort.Descending));
}
