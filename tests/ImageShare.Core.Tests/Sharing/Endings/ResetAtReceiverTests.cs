using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>The MSRP connection of an incoming share is reset, in each state it can be in: what has come whole is kept, anything else is gone, and it is said why.</summary>
[TestFixture]
public sealed class ResetAtReceiverTests : PhoneCallerTest
{
    private CountedMetrics _metrics = null!;

    [SetUp]
    public void Count() => _metrics = new CountedMetrics();

    [TearDown]
    public void StopCounting() => _metrics.Dispose();

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { Transport = SipTransportChoice.Udp };

    private const string Head = "MSRP part1 SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: image\r\nByte-Range: 6-10/10\r\nContent-Type: image/png\r\n";

    [TestCase("unbound", "", ImageShareError.MediaNotConnected)]
    [TestCase("bound", "", ImageShareError.ConnectionLost)]
    [TestCase("bound, in the head", "MSRP part1 SEND\r\nTo-Path: {to}\r\nFrom-Pa", ImageShareError.ConnectionLost)]
    [TestCase("half of it, between chunks", "", ImageShareError.ConnectionLost)]
    [TestCase("half of it, in the head", Head, ImageShareError.ConnectionLost)]
    [TestCase("half of it, in the body", Head + "\r\n567", ImageShareError.ConnectionLost)]
    [TestCase("half of it, in the end-line", Head + "\r\n56789\r\n-------pa", ImageShareError.ConnectionLost)]
    [TestCase("half of it, behind the sign", Head + "\r\n56789\r\n-------part1$", ImageShareError.ConnectionLost)]
    [TestCase("half of it, all but the last octet", Head + "\r\n5678\r\n-------part1+\r\n", ImageShareError.ConnectionLost)]
    [TestCase("half of it, before the 200", Head + "\r\n56789\r\n-------part1$\r\n", ImageShareError.None)]
    [TestCase("half of it, after the 200", Head + "\r\n56789\r\n-------part1$\r\n", ImageShareError.None)]
    [Category("SEC-003")]
    public async Task What_was_whole_is_kept(string state, string octets, ImageShareError error)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "reset", Phone.Offer("name:\"x.png\" type:image/png size:10"));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        if (state != "unbound")
        {
            await peer.SendAsync(to, "bind0", "Byte-Range: 1-0/0\r\n", null, '$', null);
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind0 200"));

            // The share learns of it a moment later; before that, a reset means that it was never connected.
            Assert.That(() => session.State, Is.EqualTo(ImageShareState.Transferring).After(30_000, 5));
        }

        if (state.StartsWith("half", StringComparison.Ordinal))
        {
            await peer.SendAsync(to, "part0", "Byte-Range: 1-5/10\r\n", "01234", '+', "image");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("part0 200"));
        }

        await peer.SendAsync(octets.Replace("{to}", to.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal));
        if (state.EndsWith("after the 200", StringComparison.Ordinal))
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("part1 200"));
        }
        else if (state.EndsWith("before the 200", StringComparison.Ordinal))
        {
            // A reset may destroy what was sent; what is meant here has come, and its answer gets no further.
            Assert.That(() => Inbox.GetFiles("x.png"), Has.Length.EqualTo(1).After(30_000, 5));
        }

        peer.Stream.Abort();
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        Assert.That(Inbox.GetFiles().Select(f => File.ReadAllText(f.FullName)), Is.EqualTo(error == ImageShareError.None ? new[] { "0123456789" } : []));
        await Phone.ReceiveAsync("BYE");
        _metrics.AssertCounted($"shares.ended direction=incoming state={result.State} error={error}");
    }
}
