using System.Net;
using System.Text;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

/// <summary>Answers what the test says, and remembers what it was asked.</summary>
internal sealed class FakeGateway : HttpMessageHandler
{
    public const string Url = "http://127.0.0.1:3001";

    public List<(string Path, string? Key, string Body)> Requests { get; } = [];

    /// <summary>An exception in it is what a gateway that is down looks like.</summary>
    public Func<string, Task<(int Status, string Body)>> Answer { get; set; } =
        _ => Task.FromResult((201, """{"orderId":"51b0aaaa-0000-4000-8000-00000000009e"}"""));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri!.PathAndQuery;
        lock (Requests)
        {
            Requests.Add((path, request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null, body));
        }

        var (status, answer) = await Answer(path).WaitAsync(cancellationToken);
        return new((HttpStatusCode)status)
        {
            RequestMessage = request,
            Content = new StringContent(answer, Encoding.UTF8, status >= 400 ? "application/problem+json" : "application/json"),
        };
    }
}
