using System.Diagnostics.CodeAnalysis;
using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>The orders seen, newest last; the oldest are forgotten first.</summary>
public sealed class OrderStories(int most)
{
    private readonly Dictionary<Guid, LinkedListNode<OrderStory>> byId = [];
    private readonly LinkedList<OrderStory> inOrder = [];

    public int Count => byId.Count;

    /// <summary>Orders whose story was forgotten for lack of room.</summary>
    public long Forgotten { get; private set; }

    public IEnumerable<OrderStory> OldestFirst => inOrder;

    public IEnumerable<OrderStory> NewestFirst
    {
        get
        {
            for (var node = inOrder.Last; node is not null; node = node.Previous)
            {
                yield return node.Value;
            }
        }
    }

    public bool TryGet(Guid orderId, [NotNullWhen(true)] out OrderStory? story)
    {
        story = byId.TryGetValue(orderId, out var node) ? node.Value : null;
        return story is not null;
    }

    public void Add(ObservedRecord record, IShopEvent? body)
    {
        if (record.OrderId is not { } orderId)
        {
            return;
        }

        if (!byId.TryGetValue(orderId, out var node))
        {
            byId[orderId] = node = inOrder.AddLast(new OrderStory(orderId));
            if (byId.Count > most)
            {
                byId.Remove(inOrder.First!.Value.OrderId);
                inOrder.RemoveFirst();
                Forgotten++;
            }
        }

        node.Value.Add(record, body);
    }

    public void Clear()
    {
        byId.Clear();
        inOrder.Clear();
        Forgotten = 0;
    }
}
