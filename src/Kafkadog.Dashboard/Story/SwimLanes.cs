using System.Globalization;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Story;

/// <summary>The bars of an order as a picture: a lane for each instance, and a scale of round numbers.</summary>
/// <param name="Length">Of the scale; a whole number of steps, so that it stands still while an open order grows inside it.</param>
public sealed record SwimLanes(DateTimeOffset Start, TimeSpan Length, Equatable<SwimTick> Ticks, Equatable<SwimLane> Lanes)
{
    private const int MostTicks = 8;

    // Narrower bars have no room for their words.
    private const double RoomForDuration = 6;
    private const double RoomForParked = 14;
    private const double RoomForWaitsFor = 24;

    private static readonly string[] RoleOrder = ["api-gateway", "payment-service", "inventory-service", "order-saga", "notification-service"];

    /// <summary>In percent of the scale.</summary>
    public double StepPercent => Ticks.Count > 1 ? Ticks[1].Left : 100;

    public static SwimLanes Of(IReadOnlyList<StoryBar> bars)
    {
        if (bars.Count == 0)
        {
            return new(default, TimeSpan.Zero, Array.Empty<SwimTick>().ToEquatable(), Array.Empty<SwimLane>().ToEquatable());
        }

        var start = bars.Min(b => b.From);
        var (step, length) = Scale(bars.Max(b => b.To) - start);
        var lanes = bars
            .GroupBy(b => b.Lane)
            .OrderBy(g => Array.IndexOf(RoleOrder, g.Key.Role) is var at and >= 0 ? at : RoleOrder.Length)
            .ThenBy(g => g.Key.Instance ?? "", StringComparer.Ordinal)
            .Select(g => Lane(g.Key, [.. g], start, length))
            .ToEquatable();
        var ticks = Enumerable.Range(0, (int)Math.Round(length / step) + 1)
            .Select(i => new SwimTick(Percent(step * i, length), Label(step * i, step)))
            .ToEquatable();
        return new(start, length, ticks, lanes);
    }

    private static SwimLane Lane(LaneKey key, StoryBar[] bars, DateTimeOffset start, TimeSpan length) => new(
        key.Role,
        key.Title,
        key.Instance,
        key.Instance is null ? null : MemberLetter.Of(key.Instance),
        key.Instance is null ? 0 : MemberLetter.Colour(key.Instance),
        bars.OrderBy(b => b.From).Select(b => Span(b, start, length)).ToEquatable());

    private static SwimSpan Span(StoryBar bar, DateTimeOffset start, TimeSpan length)
    {
        var width = Percent(bar.Length, length);
        var isLabelled = bar.Kind switch
        {
            BarKind.Failed or BarKind.Skipped => true,
            BarKind.Works => width >= RoomForDuration || bar.Label is ['#', ..],
            BarKind.Parked => width >= RoomForParked,
            BarKind.WaitsFor => width >= RoomForWaitsFor,
            _ => false,
        };
        return new(bar.Kind, Percent(bar.From - start, length), width, isLabelled ? bar.Label : null, bar.Text, bar.From - start, bar.Length);
    }

    /// <summary>A step of 1, 2 or 5 times a power of ten, and as many of them as it takes.</summary>
    private static (TimeSpan Step, TimeSpan Length) Scale(TimeSpan total)
    {
        var least = Math.Max(1, total.TotalMilliseconds / MostTicks);
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        var step = (least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        var steps = Math.Max(1, Math.Ceiling(total.TotalMilliseconds * 1.005 / step));
        return (TimeSpan.FromMilliseconds(step), TimeSpan.FromMilliseconds(step * steps));
    }

    private static double Percent(TimeSpan part, TimeSpan whole) => Math.Round(100 * Math.Clamp(part / whole, 0, 1), 2);

    private static string Label(TimeSpan at, TimeSpan step) => step.TotalMilliseconds switch
    {
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{at.TotalMilliseconds:0} ms"),
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:0.0} s"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{at.TotalMinutes:0.#} min"),
    };
}

public sealed record SwimTick(double Left, string Label);

/// <param name="Letter">Null when nobody knows which instance.</param>
public sealed record SwimLane(string Role, string Title, string? Instance, string? Letter, int Colour, Equatable<SwimSpan> Spans);

/// <param name="Left">In percent of the scale, as is the width.</param>
/// <param name="After">Since the start of the picture.</param>
public sealed record SwimSpan(BarKind Kind, double Left, double Width, string? Label, string Text, TimeSpan After, TimeSpan Length);
