using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Kafkadog.Supervision;

/// <summary>The commands' side of <see cref="ControlEndpoint"/>.</summary>
internal sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;
    private readonly DataDirectory data;

    private ControlClient(DataDirectory data, ControlFile file)
    {
        this.data = data;
        File = file;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(file.Url),
            Timeout = AnswerTimeout,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", file.Token) },
        };
    }

    public ControlFile File { get; }

    /// <exception cref="CommandFailure">Nothing runs on the data directory.</exception>
    public static ControlClient Connect(DataDirectory data) =>
        ControlFile.Read(data) is { } file ? new ControlClient(data, file) : throw NotRunning(data);

    public async Task<IReadOnlyList<InstanceStatus>> ListAsync(CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Get, "/instances", cancellationToken);

    /// <param name="verb">start, stop, kill, freeze or thaw.</param>
    public Task<IReadOnlyList<InstanceStatus>> ChangeAsync(string instance, string verb, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/instances/{Uri.EscapeDataString(instance)}/{verb}", cancellationToken);

    public Task<IReadOnlyList<InstanceStatus>> AddAsync(string role, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/roles/{Uri.EscapeDataString(role)}/instances", cancellationToken);

    public Task<IReadOnlyList<InstanceStatus>> ScaleAsync(string role, int count, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/roles/{Uri.EscapeDataString(role)}/scale?count={count}", cancellationToken);

    /// <summary>The last lines of an instance and then, when asked to follow, everything it writes.</summary>
    public async Task<Stream> LogsAsync(string instance, int lines, bool follow, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            HttpMethod.Get, $"/instances/{Uri.EscapeDataString(instance)}/logs?lines={lines}&follow={follow}", cancellationToken);
        return await answer.Content.ReadAsStreamAsync(cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private static CommandFailure NotRunning(DataDirectory data) => new(
        ExitCodes.NotRunning,
        $"kafkadog is not running on {data.Path}",
        "start it with `kafkadog up`, or name the directory it runs on with --data-dir");

    private async Task<IReadOnlyList<InstanceStatus>> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(method, path, cancellationToken);
        return await answer.Content.ReadFromJsonAsync(CliJson.Default.IReadOnlyListInstanceStatus, cancellationToken) ?? [];
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
            {
                var error = await answer.Content.ReadFromJsonAsync(CliJson.Default.ControlError, cancellationToken);
                throw new CommandFailure(error!.ExitCode, error.Problem, error.Next);
            }

            return answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException e) when (e.StatusCode is null or HttpStatusCode.Unauthorized)
        {
            // The file of a supervisor that was killed, and perhaps another program on its port since.
            throw NotRunning(data);
        }
    }
}
