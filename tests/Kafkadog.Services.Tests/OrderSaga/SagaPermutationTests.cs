using CsCheck;
using Kafkadog.Contracts;
using Kafkadog.Services.Inventory;
using Kafkadog.Services.OrderSaga;
using Kafkadog.Services.Payment;

namespace Kafkadog.Services.Tests.OrderSaga;

/// <summary>
/// The saga together with both participants, under every order of arrival: three topics keep no order between them,
/// a record may come twice, and the deadline may fall anywhere.
/// </summary>
public sealed class SagaPermutationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = new("f47ac10b-58cc-4372-a567-0e02b2c3d479");

    private static readonly OrderPlaced Placed = new(Order, "user-001", [new("product-1", 1, new(1000))], new(1000), Now);

    [Fact]
    public void Whatever_the_order_of_arrival_one_outcome_is_published_and_everything_is_undone() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 4], Gen.Int[-1, 6], Gen.Int[0, int.MaxValue]).Sample(
            (declined, rejected, extraCopies, deadlineAt, seed) =>
            {
                var world = new World(declined, rejected, new Random(seed), extraCopies, deadlineAt);
                world.Run();

                Assert.Single(world.Outcomes);
                Assert.Equal(0, world.Contradictions);
                var completed = world.Outcomes[0] is OrderCompleted;
                if (world.DeadlineFired)
                {
                    Assert.False(completed && (declined || rejected));
                }
                else
                {
                    Assert.Equal(!declined && !rejected, completed);
                }

                Assert.NotEqual(Compensation.Pending, world.State.Compensation);
                Assert.Equal(completed ? PaymentStatus.Captured : world.Payment!.Status, world.Payment!.Status);
                Assert.NotEqual(PaymentStatus.Authorized, world.Payment.Status);
                Assert.NotEqual(ReservationStatus.Reserved, world.Reservation!.Status);
                Assert.Equal(completed ? 9 : 10, world.Stock);
            },
            iter: 5_000);

    /// <summary>Queues with no order between them: each step delivers any waiting event, perhaps more than once.</summary>
    private sealed class World(bool declined, bool rejected, Random random, int extraCopies, int deadlineAt)
    {
        private readonly List<(string To, IOrderEvent Event)> waiting = [];
        private readonly ProviderAnswer answer = declined ? new(PaymentDeclineCodes.CardDeclined) : new();
        private int copiesLeft = extraCopies;

        public SagaState State { get; private set; } = new(Order, Now);

        public List<IOrderEvent> Outcomes { get; } = [];

        public PaymentRow? Payment { get; private set; }

        public ReservationRow? Reservation { get; private set; }

        public int Stock { get; private set; } = 10;

        public int Contradictions { get; private set; }

        public bool DeadlineFired { get; private set; }

        public void Run()
        {
            Publish(Placed, "saga", "payment", "inventory");
            for (var step = 0; waiting.Count > 0; step++)
            {
                if (step == deadlineAt)
                {
                    Decide(deadlinePassed: true);
                }

                var next = random.Next(waiting.Count);
                var (to, received) = waiting[next];
                if (copiesLeft > 0 && random.Next(2) == 0)
                {
                    copiesLeft--;
                }
                else
                {
                    waiting.RemoveAt(next);
                }

                Deliver(to, received);
            }
        }

        private void Deliver(string to, IOrderEvent received)
        {
            switch (to)
            {
                case "saga":
                    (State, var contradiction) = Saga.Apply(State, received);
                    Contradictions += contradiction is null ? 0 : 1;
                    Decide(deadlinePassed: false);
                    break;
                case "payment":
                    (Payment, var paid) = Payments.Decide(Payment, received, answer, Now);
                    Publish(paid, "saga");
                    break;
                default:
                    var stock = new Dictionary<string, int>(StringComparer.Ordinal) { ["product-1"] = rejected ? 0 : Stock };
                    (Reservation, var answered, var changes) = Reservations.Decide(Reservation, received, stock, Now);
                    Stock += changes?.Sum(c => c.Available) ?? 0;
                    Publish(answered, "saga");
                    break;
            }
        }

        private void Decide(bool deadlinePassed)
        {
            if (Saga.Decide(State, deadlinePassed, Now) is not { } outcome)
            {
                return;
            }

            DeadlineFired |= deadlinePassed;
            State = Saga.WithOutcome(State, outcome);
            Outcomes.Add(outcome);
            Publish(outcome, "payment", "inventory");
        }

        private void Publish(IOrderEvent? published, params string[] readers)
        {
            if (published is not null)
            {
                waiting.AddRange(readers.Select(r => (r, published)));
            }
        }
    }
}
