namespace Kafkadog.Dashboard.Layout;

/// <summary>The drawings of <see cref="Icon"/>. Constants of ours, never anything that came from outside.</summary>
internal static class Icons
{
    private static readonly Dictionary<string, string> Drawings = new(StringComparer.Ordinal)
    {
        ["pulse"] = "<path d='M3 12h4l3-8 4 16 3-8h4'/>",
        ["bag"] = "<path d='M5 7h14l-1.2 12H6.2L5 7zM9 7a3 3 0 0 1 6 0'/>",
        ["lines"] = "<path d='M4 6h16M4 12h16M4 18h10'/>",
        ["flow"] = "<circle cx='5' cy='6' r='2'/><circle cx='5' cy='18' r='2'/><circle cx='19' cy='12' r='2'/><path d='M7 6c6 0 4 6 10 6M7 18c6 0 4-6 10-6'/>",
        ["boxes"] = "<rect x='4' y='4' width='7' height='7' rx='1.5'/><rect x='13' y='4' width='7' height='7' rx='1.5'/><rect x='4' y='13' width='7' height='7' rx='1.5'/><path d='M16.5 14v5M14 16.5h5'/>",
        ["swap"] = "<path d='M4 8h13l-3-3M20 16H7l3 3'/>",
        ["bars"] = "<path d='M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-7'/>",
        ["tray"] = "<path d='M4 14l3-9h10l3 9v5H4v-5zM4 14h5l1 2h4l1-2h5'/>",
        ["text"] = "<path d='M5 5h14M5 10h14M5 15h9M5 20h5'/>",
        ["question"] = "<circle cx='12' cy='12' r='9'/><path d='M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.01'/>",
        ["external"] = "<path d='M14 5h5v5M19 5l-8 8M10 6H5v13h13v-5'/>",
        ["menu"] = "<path d='M4 7h16M4 12h16M4 17h16'/>",
        ["half"] = "<circle cx='12' cy='12' r='8'/><path d='M12 4a8 8 0 0 1 0 16z' fill='currentColor'/>",
        ["sun"] = "<circle cx='12' cy='12' r='4'/><path d='M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4'/>",
        ["moon"] = "<path d='M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10z'/>",
        ["close"] = "<path d='M6 6l12 12M18 6 6 18'/>",
        ["copy"] = "<rect x='8' y='8' width='11' height='11' rx='2'/><path d='M5 15V7a2 2 0 0 1 2-2h8'/>",
    };

    public static IEnumerable<string> Names => Drawings.Keys;

    /// <exception cref="ArgumentException">There is no such icon.</exception>
    public static string Drawing(string name) =>
        Drawings.TryGetValue(name, out var drawing) ? drawing : throw new ArgumentException($"There is no icon '{name}'. There are: {string.Join(", ", Drawings.Keys)}.", nameof(name));
}
