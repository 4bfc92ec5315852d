using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>What peers write for other readers than this client: logs, terminals, victims of forged addresses.</summary>
[TestFixture]
public sealed class HostileTextTests
{
    [Test]
    [Category("SEC-004")]
    public async Task Nothing_a_peer_writes_steers_what_shows_the_log()
    {
        using var log = new CapturingLoggerFactory();
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { LoggerFactory = log });
        await using var phone = new RawPhone(network);
        const string Evil = "%n{0}\u001b[31m\u202e";

        // A Call-ID is the name of a share in every line about it.
        string invite = phone.Request("INVITE", pair.Bob.Address, "call" + Evil, body: phone.Offer("name:\"a.png\" type:image/png size:10"));
        await phone.SendAsync(pair.Bob.Address, invite);
        Assert.That(await phone.ReceiveAsync("SIP/2.0 4"), Does.StartWith("SIP/2.0 400 "));

        invite = phone.Request("INVITE", pair.Bob.Address, "call", body: phone.Offer($"name:\"a{Evil}.png\" type:image/png size:10"))
            .Replace("From: <", $"From: \"{Evil.Replace("\u001b", "\\\u001b", StringComparison.Ordinal)}\" <", StringComparison.Ordinal);
        await phone.SendAsync(pair.Bob.Address, invite);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await invitation.DeclineAsync().WaitAsync(SharePair.Patience);
        Assert.That(await phone.FinishInviteAsync(pair.Bob.Address, "call"), Does.StartWith("SIP/2.0 603 "));
        string[] lines = [.. log.From(LogLevel.Trace)];
        Assert.That(lines, Has.Some.Contains("%n{0}\\u001B[31m\\u202E.png"), "the name is there, escaped");
        Assert.That(lines.Where(static l => l.Any(static c => c is '\u001b' or '\u202e')), Is.Empty);
    }

    [Test]
    public async Task A_query_with_a_forged_source_is_hardly_worth_the_octets()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { TimeProvider = new ManualTimeProvider() });
        await using var phone = new RawPhone(network);
        string query = phone.Request("OPTIONS", pair.Bob.Address, "query");
        await phone.SendAsync(pair.Bob.Address, query);
        string answer = await phone.ReceiveAsync("SIP/2.0 200", "query");
        Assert.Multiple(() =>
        {
            Assert.That(answer, Has.Length.LessThanOrEqualTo(1300), "one datagram");
            Assert.That(answer, Has.Length.LessThanOrEqualTo(4 * query.Length));
        });

        // It is answered once, whoever asked: nothing is repeated on a timer, and the answer goes to where the query truly came from.
        Assert.That(pair.SipSent().Count(l => l.StartsWith("SIP/2.0 200", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(RawPhone.Header(answer, "Via"), Does.Contain(";received=127.0.0.1"));
    }

    [Test]
    public async Task Compression_asked_for_in_a_Via_is_not_used()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string query = phone.Request("OPTIONS", pair.Bob.Address, "query").Replace(";rport", ";rport;comp=sigcomp;sigcomp-id=\"urn:uuid:0\"", StringComparison.Ordinal);
        await phone.SendAsync(pair.Bob.Address, query);
        Assert.That(await phone.ReceiveAsync("SIP/2.0 200", "query"), Does.Contain(";comp=sigcomp"));
    }
}
