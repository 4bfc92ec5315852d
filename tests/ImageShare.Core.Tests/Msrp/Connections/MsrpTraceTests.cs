using System.Text;
using System.Threading.Channels;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>What who looks on is shown of a connection.</summary>
[TestFixture]
public sealed class MsrpTraceTests
{
    [TestCase(0)]
    [TestCase(10)]
    public async Task What_could_not_be_read_is_shown_with_the_reason(int split)
    {
        var network = new InMemoryNetwork();
        Channel<MsrpTraceEvent> seen = Channel.CreateUnbounded<MsrpTraceEvent>();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Trace = e => seen.Writer.TryWrite(e) });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        string opening = $"MSRP open SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------open$\r\n";
        string garbage = "HTTP/1.1 400 Bad Request\r\n" + new string('x', 10_000);
        await peer.SendAsync(opening[..split]);
        await peer.SendAsync(opening[split..] + garbage);
        MsrpTraceEvent unread;
        do
        {
            unread = await seen.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That(unread.Problem is null, Is.EqualTo(unread.Bytes.IsEmpty));
        }
        while (unread.Problem is null);

        Assert.Multiple(() =>
        {
            Assert.That(unread.IsOutgoing, Is.False);
            Assert.That(unread.StartLine, Is.EqualTo("HTTP/1.1 400 Bad Request"));
            Assert.That(unread.Problem, Is.EqualTo($"NotMsrp at byte {opening.Length} of the connection"));
            Assert.That(Encoding.UTF8.GetString(unread.Bytes.Span), Is.EqualTo(garbage[..unread.Bytes.Length]));
            Assert.That(unread.Bytes.Length, Is.InRange(100, 4096));
        });
    }

    [TestCase(false, 100)]
    [TestCase(true, 100)]
    [TestCase(true, 1)]
    [TestCase(true, 7)]
    [TestCase(true, 29)]
    [TestCase(true, 1000)]
    public async Task Heads_are_shown_as_they_passed_however_they_were_split_and_bodies_if_wanted(bool withBodies, int split)
    {
        var network = new InMemoryNetwork();
        Channel<MsrpTraceEvent> seen = Channel.CreateUnbounded<MsrpTraceEvent>();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Trace = e => seen.Writer.TryWrite(e), TraceBodies = withBodies });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);

        // The second head repeats the first and is taken in one step; the third comes in pieces, with a name nobody knows in a place of its own.
        string paths = $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n";
        string[] heads =
        [
            $"MSRP tid1 SEND\r\n{paths}Message-ID: mid1\r\nByte-Range: 1-5/15\r\nContent-Type: text/plain\r\n\r\n",
            $"MSRP tid2 SEND\r\n{paths}Message-ID: mid1\r\nByte-Range: 6-9/15\r\nContent-Type: text/plain\r\n\r\n",
            $"MSRP tid3 SEND\r\n{paths}X-Odd:   1\r\nbyte-range: 10-15/15\r\nMessage-ID: mid1\r\nSuccess-Report: yes\r\nContent-Type: text/plain\r\n\r\n",
        ];
        string wire = $"{heads[0]}hello\r\n-------tid1+\r\n{heads[1]}four\r\n-------tid2+\r\n{heads[2]}\r\n--ab\r\n-------tid3$\r\n";
        for (int at = 0; at < wire.Length; at += split)
        {
            await peer.SendAsync(wire[at..Math.Min(at + split, wire.Length)]);
        }

        var shown = new List<MsrpTraceEvent>();
        while (shown.Count < 7)
        {
            shown.Add(await seen.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        }

        MsrpTraceEvent[] incoming = [.. shown.Where(static e => !e.IsOutgoing)];
        MsrpTraceEvent[] outgoing = [.. shown.Where(static e => e.IsOutgoing)];
        Assert.Multiple(() =>
        {
            Assert.That(incoming.Select(static e => Encoding.UTF8.GetString(e.Head.Span)), Is.EqualTo(heads));
            Assert.That(incoming.Select(static e => Encoding.UTF8.GetString(e.Body.Span)), Is.EqualTo(withBodies ? (string[])["hello", "four", "\r\n--ab"] : ["", "", ""]));
            Assert.That(incoming.Select(static e => e.Local), Is.All.EqualTo(endpoint.LocalEndPoint));
            Assert.That(
                outgoing.Select(static e => Encoding.UTF8.GetString(e.Head.Span)),
                Is.SupersetOf((string[])[.. ((string[])["tid1", "tid2", "tid3"]).Select(id => $"MSRP {id} 200 OK\r\nTo-Path: {peer.Uri}\r\nFrom-Path: {session.LocalUri}\r\n")]));
            Assert.That(outgoing.Single(static e => e.StartLine.EndsWith(" REPORT", StringComparison.Ordinal)).Range, Is.EqualTo(new ByteRange(1, 15, 15)));
        });
    }
}
