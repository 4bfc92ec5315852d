using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>The MSRP connection of an incoming share is reset, in each state it can be in: what has come whole is kept, anything else is gone, and it is said why.</summary>
[TestFixture]
public sealed class ResetAtReceiverTests
{
    private ManualTimeProvider _time = null!;
    private InMemoryNetwork _network = null!;
    private DirectoryInfo _inbox = null!;
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;
    private CountedMetrics _metrics = null!;

    [SetUp]
    public async Task Start()
    {
        _time = new ManualTimeProvider();
        _network = new InMemoryNetwork();
        _phone = new RawPhone(_network);
        _metrics = new CountedMetrics();
        _inbox = Directory.CreateTempSubdirectory("imageshare-test-");
        _bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = _network,
            TimeProvider = _time,
            Transport = SipTransportChoice.Udp,
        });
    }

    [TearDown]
    public async Task Stop()
    {
        await _time.DriveAsync(_bob.DisposeAsync().AsTask());
        await _phone.DisposeAsync();
        _metrics.Dispose();
        Assert.That(_inbox.GetFiles(".*"), Is.Empty, "A temporary file stayed.");
        _inbox.Delete(recursive: true);
        Assert.That(() => _time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

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
        Task<string> calling = _phone.InviteAsync(_bob.Address, "reset", _phone.Offer("name:\"x.png\" type:image/png size:10"));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(ImageStore.InDirectory(_inbox.FullName));
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
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
            Assert.That(() => _inbox.GetFiles("x.png"), Has.Length.EqualTo(1).After(30_000, 5));
        }

        peer.Stream.Abort();
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        Assert.That(_inbox.GetFiles().Select(f => File.ReadAllText(f.FullName)), Is.EqualTo(error == ImageShareError.None ? new[] { "0123456789" } : []));
        await _phone.ReceiveAsync("BYE");
        _metrics.AssertCounted($"shares.ended direction=incoming state={result.State} error={error}");
    }

    private async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in _bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }
}
