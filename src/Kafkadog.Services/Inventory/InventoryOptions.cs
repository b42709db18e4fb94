using System.ComponentModel.DataAnnotations;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Inventory;

/// <summary>The simulated warehouse; the section <c>Inventory</c>.</summary>
internal sealed record InventoryOptions : SimulatedWork
{
    public const string Section = "Inventory";

    public InventoryOptions()
    {
        MinDelayMs = 100;
        MaxDelayMs = 300;
        FailureRate = 0.2;
    }

    /// <summary>Pieces of each product in a new database; one that exists keeps its stock.</summary>
    [Range(0, 1_000_000_000)]
    public int InitialStock { get; init; } = 100;
}
