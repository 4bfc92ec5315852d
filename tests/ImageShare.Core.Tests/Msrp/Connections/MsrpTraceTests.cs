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
            Assert.That(unread.Outgoing, Is.False);
            Assert.That(unread.StartLine, Is.EqualTo("HTTP/1.1 400 Bad Request"));
            Assert.That(unread.Problem, Is.EqualTo($"NotMsrp at byte {opening.Length} of the connection"));
            Assert.That(Encoding.UTF8.GetString(unread.Bytes.Span), Is.EqualTo(garbage[..unread.Bytes.Length]));
            Assert.That(unread.Bytes.Length, Is.InRange(100, 4096));
        });
    }
}
