using System.Globalization;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace Kafkadog.Dashboard.Layout;

/// <summary>
/// Keeps the moment that is looked at in the page's address. No link names it and every link keeps it, so that whoever looks back
/// goes from page to page within that moment.
/// </summary>
internal sealed class MomentInAddress : IDisposable
{
    /// <summary>In the query of the address, when the moment is not now.</summary>
    internal const string Name = "at";

    private readonly Viewer viewer;
    private readonly NavigationManager navigation;
    private readonly TimeProvider time;
    private readonly Func<Action, Task> dispatch;

    /// <param name="dispatch">Runs on the circuit's dispatcher.</param>
    public MomentInAddress(Viewer viewer, NavigationManager navigation, TimeProvider time, Func<Action, Task> dispatch)
    {
        (this.viewer, this.navigation, this.time, this.dispatch) = (viewer, navigation, time, dispatch);
        if (Find(navigation.Uri) is { } at)
        {
            viewer.LookAt(at);
        }

        viewer.Changed += OnMoved;
        navigation.LocationChanged += OnLocationChanged;
    }

    public void Dispose()
    {
        viewer.Changed -= OnMoved;
        navigation.LocationChanged -= OnLocationChanged;
    }

    private void OnMoved() => _ = dispatch(() => KeepIn(navigation.Uri));

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (Find(e.Location) is { } at)
        {
            viewer.LookAt(at);
        }
        else if (!viewer.IsLive)
        {
            KeepIn(e.Location);
        }
    }

    private void KeepIn(string address)
    {
        var at = viewer.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var next = navigation.GetUriWithQueryParameters(address, new Dictionary<string, object?>(StringComparer.Ordinal) { [Name] = at });
        if (next != address)
        {
            navigation.NavigateTo(next, replace: true);
        }
    }

    /// <summary>Null for none, for what is no moment, and for one that is yet to come.</summary>
    private DateTimeOffset? Find(string address) =>
        QueryHelpers.ParseQuery(new Uri(address).Query).TryGetValue(Name, out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= time.GetUtcNow() ? at : null;
}
