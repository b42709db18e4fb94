using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.Shared;

/// <summary>Options that are checked at start, with errors that name the key a person has to change.</summary>
internal static class ValidatedOptions
{
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Validation<T>(section));
        return services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    }

    /// <returns>One sentence per broken rule; empty when all is well.</returns>
    public static List<string> Check(object options, string section)
    {
        List<ValidationResult> broken = [];
        Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true);
        return [.. broken.Select(b => $"{section}:{string.Join(',', b.MemberNames)}: {b.ErrorMessage}")];
    }

    private sealed class Validation<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            Check(options, section) is { Count: > 0 } broken
                ? ValidateOptionsResult.Fail(broken)
                : ValidateOptionsResult.Success;
    }
}
