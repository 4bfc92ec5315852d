using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Answering a capability query costs no memory beyond the answer: nobody can fill a client with questions.</summary>
[TestFixture]
public sealed class StatelessQueryTests
{
    [Test]
    [Category("Load")]
    public async Task Ten_thousand_queries_are_all_answered_and_leave_nothing_behind()
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        await using SharePair pair = await SharePair.StartAsync(
            network, bob: o => o with { TimeProvider = time, Trace = null, Limits = o.Limits with { MaxKnownPeers = 10 } });
        await using var phone = new RawPhone(network);
        const string Tag = "+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";
        int timers = time.ArmedTimers;
        for (int i = 0; i < 10_000; i++)
        {
            string query = phone.Request("OPTIONS", pair.Bob.Address, $"query-{i}")
                .Replace("sip:mallory@example.com", $"sip:mallory{i}@example.com", StringComparison.Ordinal)
                .Replace($"Contact: <{phone.Address}>", $"Contact: <{phone.Address}>;{Tag}", StringComparison.Ordinal);
            await phone.SendAsync(pair.Bob.Address, query);
            await phone.ReceiveAsync("SIP/2.0 200", $"query-{i}");
        }

        // The clock has not moved: a single transaction would still hold its timer J, and beyond 2048 of them there would be 503.
        Assert.Multiple(() =>
        {
            Assert.That(time.Elapsed, Is.EqualTo(TimeSpan.Zero));
            Assert.That(time.ArmedTimers, Is.EqualTo(timers));
            Assert.That(pair.Bob.Capabilities.Count, Is.EqualTo(10));
        });
    }

    [Test]
    public async Task A_copy_of_a_query_gets_the_same_tag_and_another_query_another()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string query = phone.Request("OPTIONS", pair.Bob.Address, "query");
        List<string> tags = [];
        foreach (string one in new[] { query, query, phone.Request("OPTIONS", pair.Bob.Address, "query", number: 2) })
        {
            await phone.SendAsync(pair.Bob.Address, one);
            tags.Add(RawPhone.TagOf(await phone.ReceiveAsync("SIP/2.0 200", "query")));
        }

        Assert.That(tags[1], Is.EqualTo(tags[0]).And.Length.EqualTo(32));
        Assert.That(tags[2], Is.Not.EqualTo(tags[0]));
    }

    [Test]
    public async Task What_a_query_requires_and_is_not_known_is_said()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        await phone.SendAsync(pair.Bob.Address, phone.Request("OPTIONS", pair.Bob.Address, "query", extra: "Require: precondition\r\n"));
        string answer = await phone.ReceiveAsync("SIP/2.0 ", "query");
        Assert.That(answer, Does.StartWith("SIP/2.0 420 "));
        Assert.That(RawPhone.Header(answer, "Unsupported"), Is.EqualTo("precondition"));
    }
}
