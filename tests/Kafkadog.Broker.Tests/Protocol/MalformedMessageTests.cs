using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Protocol;

public sealed class MalformedMessageTests
{
    [Fact]
    public async Task Hundred_thousand_mutations_are_read_or_refused_and_take_little_memory()
    {
        const int Mutations = 100_000, AllowedFactor = 64, AllowedFloor = 64 * 1024;
        var refused = 0;
        var rounds = await Fuzz.RunAsync(Mutations, (_, random) =>
        {
            var vector = Mutation.Requests[random.Next(Mutation.Requests.Count)];
            var body = Mutation.Of(vector.Body, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                vector.Read(body);
            }
            catch (ProtocolException)
            {
                refused++;
            }

            // Objects are larger than their bytes, but never out of proportion: no length is believed before it is checked.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= AllowedFloor + ((long)body.Length * AllowedFactor), $"{vector}: {allocated} bytes for {Convert.ToHexString(body)}");
            return Task.CompletedTask;
        });

        Assert.InRange(refused, rounds / 10, rounds);
    }
}

/// <summary>Damages valid requests: bytes changed, flipped, cut out, or pushed in.</summary>
internal static class Mutation
{
    public static IReadOnlyList<MessageVector> Requests { get; } =
        [.. MessageVector.Files().SelectMany(MessageVector.ReadAll).Where(vector => vector.Kind == "request" && vector.Body.Length > 0)];

    public static byte[] Of(byte[] body, Random random)
    {
        var mutated = body.ToList();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(4))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.RemoveRange(at, Math.Min(random.Next(1, 9), mutated.Count - at)); break;
                default: mutated.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 6))); break;
            }

            if (mutated.Count == 0)
            {
                break;
            }
        }

        return [.. mutated];
    }
}
