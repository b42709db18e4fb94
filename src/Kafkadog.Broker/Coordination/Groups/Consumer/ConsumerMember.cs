namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>One member of a consumer group; replaced as a whole when something of it changes. Owned by its group.</summary>
internal sealed record ConsumerMember(string MemberId, MemberMetadata Metadata, CurrentAssignment Current)
{
    public bool UsesClassicProtocol => Metadata.Classic is not null;

    public int Epoch => Current.Epoch;
}
