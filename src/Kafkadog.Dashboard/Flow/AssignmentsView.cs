using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;

namespace Kafkadog.Dashboard.Flow;

/// <summary>Who owns which lane, with the places where their lines begin and end: geometry in pixels, as the page's rows are of fixed height.</summary>
public sealed record AssignmentsView(Equatable<FlowGroup> Groups, Equatable<OwnerLine> Lines, int Height)
{
    public const int TopicHeader = 27;
    public const int LaneHeight = 38;
    public const int TopicGap = 10;
    public const int GroupHeader = 26;
    public const int MemberHeight = 34;
    public const int GroupGap = 12;

    private const int LaneMiddle = 11;

    public static AssignmentsView Of(Observed observed, Moment moment, TapesView tapes, string? onlyGroup)
    {
        var laneAt = LanePositions(tapes, out var lanesHeight);
        var y = 0;
        List<FlowGroup> groups = [];
        List<OwnerLine> lines = [];
        foreach (var shown in ShopMap.Groups.Where(g => onlyGroup is null ? g.Role != "api-gateway" : g.Name == onlyGroup))
        {
            var membership = observed.Groups.Current(shown.Name, moment.At);
            var underWay = RebalanceUnderWay.Of(observed, moment, shown.Name);
            var members = membership?.Members ?? [];
            List<FlowMember> faces = [];
            var top = y;
            y += GroupHeader;
            foreach (var member in members)
            {
                var owned = member.Partitions.Where(laneAt.ContainsKey).ToList();
                var instance = observed.Instances.FirstOrDefault(i => i.Name == member.ClientId);
                faces.Add(new(member.Id, member.ClientId, member.Letter, MemberLetter.Colour(member.ClientId), member.Partitions.Count, instance?.State));
                var to = y + (MemberHeight / 2);
                lines.AddRange(owned.Select(p => new OwnerLine($"{shown.Name}|{p}", laneAt[p], to, MemberLetter.Colour(member.ClientId), $"{p}: {member.ClientId}", underWay is not null)));
                y += MemberHeight;
            }

            y += members.Count == 0 ? MemberHeight : 0;
            groups.Add(new(shown.Name, shown.Letter, shown.Title, top, membership?.Generation, faces.ToEquatable(), membership is not null, underWay));
            y += GroupGap;
        }

        return new(groups.ToEquatable(), lines.ToEquatable(), Math.Max(y, lanesHeight));
    }

    private static Dictionary<Place, int> LanePositions(TapesView tapes, out int height)
    {
        Dictionary<Place, int> positions = [];
        height = 0;
        foreach (var topic in tapes.Topics)
        {
            height += TopicHeader;
            foreach (var lane in topic.Lanes)
            {
                positions[lane.Place] = height + LaneMiddle;
                height += LaneHeight;
            }

            height += TopicGap;
        }

        return positions;
    }
}

/// <param name="Generation">Null when it is older than what is remembered.</param>
/// <param name="IsKnown">False while nothing is known of the group.</param>
/// <param name="UnderWay">The rebalance it is in the middle of: its members are those of the generation before.</param>
public sealed record FlowGroup(
    string Name, string Letter, string Title, int Top, int? Generation, Equatable<FlowMember> Members, bool IsKnown, RebalanceUnderWay? UnderWay);

/// <param name="Id">As the coordinator names it: an instance that came back is another member.</param>
/// <param name="Partitions">How many it owns; none when there are more members than partitions.</param>
public sealed record FlowMember(string Id, string Instance, string Letter, int Colour, int Partitions, ShopInstanceState? State);

/// <param name="Id">Of group and partition: the same line moves when its owner changes.</param>
/// <param name="IsAtStake">Its group rebalances, and it may lead to another member afterwards.</param>
public sealed record OwnerLine(string Id, int From, int To, int Colour, string Text, bool IsAtStake);
