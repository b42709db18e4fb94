using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Instances;

/// <summary>How a switch went, to the one who pressed it.</summary>
internal static class SwitchToasts
{
    extension(ToastQueue toasts)
    {
        public void Tell(SwitchResult result, string done, string what)
        {
            foreach (var problem in result.Problems)
            {
                toasts.Add(ChipKind.Bad, problem);
            }

            if (result.Done > 0)
            {
                toasts.Add(ChipKind.Ok, $"{done}: {what}.");
            }
            else if (result.Problems.Count == 0)
            {
                toasts.Add(ChipKind.Bad, $"No running instance to ask. Not {char.ToLowerInvariant(done[0])}{done[1..]}: {what}.");
            }
        }
    }
}
