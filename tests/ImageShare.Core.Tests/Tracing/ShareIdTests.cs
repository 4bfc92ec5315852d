using System.Collections.Concurrent;
using System.Reflection;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>The id of a share in trace events and in the log lines of both protocols.</summary>
[TestFixture]
public sealed class ShareIdTests
{
    [Test]
    public async Task Every_message_of_a_share_has_its_id_on_both_sides()
    {
        var traced = new ConcurrentQueue<ImageShareTraceEvent>();
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Trace = traced.Enqueue }, bob: o => o with { Trace = traced.Enqueue });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(20_000)));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        ImageShareTraceEvent[] msrp = [.. traced.Where(static e => e.Protocol == "MSRP/TCP")];
        ImageShareTraceEvent[] sip = [.. traced.Where(static e => e.Protocol != "MSRP/TCP" && !e.StartLine.StartsWith("OPTIONS", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            Assert.That(msrp, Has.Length.GreaterThan(20).And.All.Property(nameof(ImageShareTraceEvent.ShareId)).EqualTo(outgoing.Id));
            Assert.That(sip.Where(e => e.ShareId == outgoing.Id).Select(static e => e.StartLine.Split(' ')[0]).Distinct(), Is.SupersetOf((string[])["INVITE", "ACK", "BYE", "SIP/2.0"]));
            Assert.That(sip, Has.All.Property(nameof(ImageShareTraceEvent.ShareId)).Not.Null);
        });
    }

    // A client, a registration and a connection before its first share have no share; nor has a fault of the agent's loop or of a trace listener.
    private static bool HasNoShare(int id) => id is 105 or 109 or 1101 or (>= 1151 and <= 1158) or 1207 or 1210;

    [Test]
    public void Every_message_about_a_share_has_a_place_for_its_id()
    {
        LoggerMessageAttribute[] messages =
        [
            .. typeof(ImageShareClient).Assembly.GetTypes().SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Select(static m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
        ];
        Assert.That(messages, Has.Length.GreaterThan(40));
        Assert.That(messages.Where(static m => m.Message.Contains("{Id}", StringComparison.Ordinal) == HasNoShare(m.EventId)).Select(static m => m.Message), Is.Empty);
    }

    [Test]
    public async Task Every_line_of_a_share_has_its_id_on_both_sides()
    {
        var log = new CapturingLoggerFactory();
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { LoggerFactory = log }, bob: o => o with { LoggerFactory = log });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(20_000)), new ShareSettings { QueryFirst = false });
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        (int Event, string? Id)[] lines = [.. log.Ids.Where(static line => !HasNoShare(line.Event))];
        Assert.That(lines.Select(static line => line.Event), Is.SupersetOf((int[])[100, 101, 104]));
        Assert.That(lines.Select(static line => line.Id), Is.All.EqualTo(outgoing.Id));
    }

    [Test]
    public async Task The_lines_of_a_connection_that_breaks_have_the_id_of_its_share()
    {
        var network = new BreakableNetwork();
        var log = new CapturingLoggerFactory();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { LoggerFactory = log });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(20_000_000)));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        Assert.That(() => incoming.Progress.Bytes, Is.Positive.After(30_000, 1));
        network.BreakAll();
        await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.That(() => log.From(LogLevel.Debug), Has.Some.Contains($"MSRP connection (share {incoming.Id}) ended").After(30_000, 5));
    }
}
