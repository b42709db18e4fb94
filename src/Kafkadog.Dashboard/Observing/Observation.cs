using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// The one copy of what is observed, shared by every browser tab. Few write (the readers of Kafka and of the services), many
/// read; both hold the lock for as long as it takes to make a view, never across an await.
/// </summary>
public sealed class Observation(IOptions<DashboardOptions> options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Observed observed = new(options.Value, time.GetUtcNow());
    private long version;

    /// <summary>Grows with every change.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>Raised after each change, on the thread that made it; handlers must be quick.</summary>
    public event Action? Changed;

    public DateTimeOffset Now => time.GetUtcNow();

    public T Read<T>(Func<Observed, T> view)
    {
        lock (gate)
        {
            return view(observed);
        }
    }

    /// <summary>A change that no page needs to hear of at once.</summary>
    public void Note(Action<Observed> change)
    {
        lock (gate)
        {
            change(observed);
        }
    }

    public void Write(Action<Observed> change)
    {
        lock (gate)
        {
            change(observed);
        }

        Interlocked.Increment(ref version);
        Changed?.Invoke();
    }
}
