namespace Kafkadog.Dashboard.Components;

/// <summary>Results of the reader's own actions, one queue per circuit. At most three are shown; the oldest gives way.</summary>
internal sealed class ToastQueue
{
    public const int Most = 3;

    private readonly List<Toast> shown = [];
    private int last;

    public event Action? Changed;

    public IReadOnlyList<Toast> Shown => shown;

    public void Add(ChipKind kind, string text)
    {
        shown.Add(new(++last, kind, text));
        if (shown.Count > Most)
        {
            shown.RemoveAt(0);
        }

        Changed?.Invoke();
    }

    public void Dismiss(int id)
    {
        if (shown.RemoveAll(t => t.Id == id) > 0)
        {
            Changed?.Invoke();
        }
    }
}

internal sealed record Toast(int Id, ChipKind Kind, string Text);
