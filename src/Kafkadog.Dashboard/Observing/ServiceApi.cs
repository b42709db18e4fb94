using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kafkadog.Dashboard.Observing;

/// <summary>The HTTP side of the services, as far as pages use it.</summary>
public sealed class ServiceApi(HttpClient http)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <exception cref="HttpRequestException">The service does not answer, or not with what was asked for.</exception>
    public async Task<T> GetAsync<T>(string baseUrl, string path, CancellationToken cancellationToken) =>
        await SendAsync<T>(HttpMethod.Get, baseUrl, path, body: null, cancellationToken) ?? throw new HttpRequestException($"{path} answered null");

    /// <exception cref="ServiceRefusal">The service says why not, field by field where it can.</exception>
    /// <exception cref="HttpRequestException">The service does not answer.</exception>
    public Task<T?> PostAsync<T>(string baseUrl, string path, object body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, baseUrl, path, JsonContent.Create(body, body.GetType(), options: Json), cancellationToken);

    /// <exception cref="HttpRequestException">The service does not answer, or refuses.</exception>
    public async Task DeleteAsync(string baseUrl, string path, CancellationToken cancellationToken)
    {
        using var answer = await http.DeleteAsync(new Uri(new Uri(baseUrl), path), cancellationToken);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            await CheckAsync(answer, cancellationToken);
        }
    }

    private async Task<T?> SendAsync<T>(HttpMethod method, string baseUrl, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(baseUrl), path)) { Content = body };
        using var answer = await http.SendAsync(request, cancellationToken);
        await CheckAsync(answer, cancellationToken);
        try
        {
            return answer.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Accepted
                ? default
                : await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"{path} answered something else than {typeof(T).Name}", e);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        ServiceProblem? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            problem = await answer.Content.ReadFromJsonAsync<ServiceProblem>(Json, cancellationToken);
        }

        throw problem is not null
            ? new ServiceRefusal(answer.StatusCode, problem)
            : new HttpRequestException($"{answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}", inner: null, answer.StatusCode);
    }
}

/// <summary>An <c>application/problem+json</c> answer.</summary>
public sealed record ServiceProblem(string? Title, string? Detail, int? Status, IReadOnlyList<FieldProblem>? Errors);

public sealed record FieldProblem(string Field, string Problem);

/// <summary>A service understood and said no.</summary>
public sealed class ServiceRefusal(HttpStatusCode status, ServiceProblem problem)
    : HttpRequestException($"{problem.Title} {problem.Detail}".Trim(), inner: null, status)
{
    public ServiceProblem Problem => problem;
}
