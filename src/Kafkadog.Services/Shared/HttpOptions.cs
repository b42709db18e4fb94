using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Services.Shared;

/// <summary>How a service is reached; the section <c>Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>0 takes a free port. Short name: <c>PORT</c>.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>An IP address. Loopback unless told otherwise: a demo is not to be seen from the network.</summary>
    [Required]
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>Other values of the Host header are refused, against DNS rebinding; separated by semicolons.</summary>
    [Required]
    public string AllowedHosts { get; set; } = "localhost;127.0.0.1;[::1]";
}
