using System.Buffers;
using System.Globalization;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>A receiver that gives up: what it says in MSRP, and when, beside what it says in SIP (RFC 5547 §8.4).</summary>
[TestFixture]
public sealed class GivingUpTests
{
    private const string Call = "call";
    private const string Partial = "Failure-Report: partial\r\n";
    private const string No = "Failure-Report: no\r\n";

    private static readonly string[] Reports = ["", "Failure-Report: yes\r\n", Partial, No];

    private ManualTimeProvider _time = null!;
    private DirectoryInfo _inbox = null!;
    private HeldNetwork _network = null!;
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;

    [SetUp]
    public async Task Start()
    {
        _time = new ManualTimeProvider();
        var network = new InMemoryNetwork();
        _network = new HeldNetwork(network);
        _phone = new RawPhone(network);
        _inbox = Directory.CreateTempSubdirectory("imageshare-test-");
        _bob = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"), Network = _network, TimeProvider = _time });
    }

    [TearDown]
    public async Task Stop()
    {
        _network.Release();
        await _time.DriveAsync(_bob.DisposeAsync().AsTask());
        await _phone.DisposeAsync();
        Assert.That(_inbox.GetFiles(), Is.Empty, "A file stayed.");
        _inbox.Delete(recursive: true);
    }

    [TestCaseSource(nameof(Reports))]
    [Category("FT-024")]
    [Category("RPT-002")]
    public async Task A_chunk_under_way_is_answered_before_the_BYE_leaves(string report)
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(Store);
        await using RawMsrpPeer closing = peer;
        await SendAsync(session, () => peer.SendAsync(Chunk(peer, to, "open", report + "Byte-Range: 1-*/10\r\n", "0123")));
        _network.Hold();
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await LetItGoAsync(report != No);
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(_network.Left, Is.EqualTo(report == No ? (string[])["BYE"] : ["open 413", "BYE"]));

        // What the peer has sent by then is dropped; the connection stays until the BYE is answered, and each chunk gets the same.
        _network.Release();
        await peer.SendAsync("45\r\n-------open+\r\n");
        await peer.SendAsync(to, "more", report + "Byte-Range: 7-8/10\r\n", "67", '+');
        if (report != No)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("open 413"));
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("more 413"));
        }

        await _phone.RespondAsync(bye, "200 OK");
        Assert.That(await _time.DriveAsync(peer.ReadLineAsync()), Is.EqualTo("end"), "nothing more is said");
        Assert.That((await _time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [TestCaseSource(nameof(Reports))]
    [Category("FT-024")]
    public async Task Between_two_chunks_there_is_nothing_to_answer_and_nothing_to_wait_for(string report)
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(Store);
        await using RawMsrpPeer closing = peer;
        await SendAsync(session, () => peer.SendAsync(to, "first", report + "Byte-Range: 1-4/10\r\n", "0123", '+'));
        string[] first = report is No or Partial ? [] : ["first 200"];
        if (first.Length > 0)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("first 200"));
        }

        // No time passes.
        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(_network.Left, Is.EqualTo((string[])[.. first, "BYE"]));
        await peer.SendAsync(to, "second", report + "Byte-Range: 5-6/10\r\n", "45", '+');
        if (report != No)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("second 413"));
        }

        await _phone.RespondAsync(bye, "200 OK");
        Assert.That(await _time.DriveAsync(peer.ReadLineAsync()), Is.EqualTo("end"), "nothing more is said");
        Assert.That((await _time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    [Category("FT-024")]
    public async Task A_chunk_that_begins_in_this_moment_is_answered_too()
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(Store);
        await using RawMsrpPeer closing = peer;
        await SendAsync(session, () => peer.SendAsync(to, "first", Partial + "Byte-Range: 1-4/10\r\n", "0123", '+'));
        string chunk = Chunk(peer, to, "second", "Byte-Range: 5-*/10\r\n", "45");
        await peer.SendAsync(chunk[..40]);
        await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(1), _time));
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await NothingLeavesAsync();
        await peer.SendAsync(chunk[40..]);
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(_network.Left, Is.EqualTo((string[])["second 413", "BYE"]));
        await _phone.RespondAsync(bye, "200 OK");
        Assert.That((await _time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    // What fails: the store, the announced size, the most that is taken, all of them in the middle of a chunk; the hash at its end.
    [Test]
    [Category("FT-024")]
    public async Task What_cannot_be_taken_is_answered_before_the_BYE_leaves(
        [ValueSource(nameof(Reports))] string report, [Values("store", "size", "total", "hash")] string what)
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(
            what == "store" ? new FullStore() : Store, what == "hash" ? " hash:sha-1:" + string.Join(':', Enumerable.Repeat("00", 20)) : string.Empty);
        await using RawMsrpPeer closing = peer;
        _network.Hold();
        string range = what switch { "size" => "Byte-Range: 1-*/*\r\n", "total" => "Byte-Range: 1-*/11\r\n", _ => "Byte-Range: 1-*/10\r\n" };
        await peer.SendAsync(Chunk(peer, to, "open", report + range, what is "size" or "total" ? "0123456789A" : "0123456789") + (what == "hash" ? "\r\n-------open$\r\n" : null));
        await LetItGoAsync(report != No);
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(_network.Left, Is.EqualTo(report == No ? (string[])["BYE"] : ["open 413", "BYE"]));
        await _phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await _time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(what switch
        {
            "store" => ImageShareError.DiskFull,
            "hash" => ImageShareError.HashMismatch,
            _ => ImageShareError.SizeMismatch,
        }), result.Message);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("FT-024")]
    [Category("FT-043")]
    public async Task One_of_several_is_answered_before_its_section_is_offered_anew(bool hasFailed)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, _phone.Sdp(Push("one") + Push("two"), media: string.Empty));
        ImageShareSession[] sessions = [await (await NextAsync()).AcceptAsync(Store), await (await NextAsync()).AcceptAsync(hasFailed ? new FullStore() : Store)];
        string answer = await calling;
        (RawMsrpPeer peer, _) = await _phone.DialAsync(answer);
        await using RawMsrpPeer closing = peer;
        var to = Core.Msrp.MsrpUri.Parse(answer.Split("\r\n").Last(static l => l.StartsWith("a=path:", StringComparison.Ordinal))["a=path:".Length..]);
        string chunk = Chunk(peer, to, "open", "Byte-Range: 1-*/10\r\n", "0123");
        if (hasFailed)
        {
            _network.Hold();
            await peer.SendAsync(chunk);
        }
        else
        {
            await SendAsync(sessions[1], () => peer.SendAsync(chunk));
            _network.Hold();
            _ = sessions[1].CancelAsync();
        }

        await LetItGoAsync(isAnswered: true);
        string offer = await _phone.ReceiveAsync("INVITE", Call);
        Assert.That(_network.Left, Is.EqualTo((string[])["open 413", "INVITE"]));
        await _phone.RespondAsync(offer, "200 OK", _phone.Sdp(Push("one") + "m=message 0 TCP/MSRP *\r\na=file-transfer-id:two\r\n", media: string.Empty));
        Assert.That((await _time.DriveAsync(sessions[1].Completion)).Error, Is.EqualTo(hasFailed ? ImageShareError.DiskFull : ImageShareError.Cancelled));
        await _phone.ByeAsync(_bob.Address, Call, answer);
        await _time.DriveAsync(sessions[0].Completion);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("FT-024")]
    [Category("SEC-002")]
    public async Task A_peer_that_does_not_read_gets_its_BYE_all_the_same(bool hasFailed)
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(hasFailed ? new FullStore() : Store);
        await using RawMsrpPeer closing = peer;
        string chunk = Chunk(peer, to, "open", "Byte-Range: 1-*/10\r\n", "0123");
        if (hasFailed)
        {
            _network.Hold();
            await peer.SendAsync(chunk);
        }
        else
        {
            await SendAsync(session, () => peer.SendAsync(chunk));
            _network.Hold();
            _ = session.CancelAsync();
        }

        await _network.Tried;
        TimeSpan before = _time.Elapsed;
        Task<string> leaving = _phone.ReceiveAsync("BYE", Call);
        await _time.DriveAsync(leaving);
        Assert.That(_time.Elapsed - before, Is.InRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)));
        Assert.That(_network.Left, Is.EqualTo((string[])["BYE"]));
        await _phone.RespondAsync(await leaving, "200 OK");
        Assert.That((await _time.DriveAsync(session.Completion)).State, Is.EqualTo(hasFailed ? ImageShareState.Failed : ImageShareState.Cancelled));
    }

    [Test]
    [Category("FT-024")]
    public async Task Where_the_connection_is_gone_the_BYE_does_not_wait()
    {
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await BeginAsync(Store);
        await using RawMsrpPeer closing = peer;
        await SendAsync(session, () => peer.SendAsync(Chunk(peer, to, "open", "Byte-Range: 1-*/10\r\n", "0123")));
        _network.Hold();
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await _network.Tried;
        peer.Stream.Abort();
        string bye = await _phone.ReceiveAsync("BYE", Call);
        Assert.That(_network.Left, Is.EqualTo((string[])["BYE"]));
        await _phone.RespondAsync(bye, "200 OK");
        Assert.That((await _time.DriveAsync(cancelling)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    private IImageStore Store => ImageStore.InDirectory(_inbox.FullName);

    // As long as the answer does not leave, nothing does; where there is none, nothing is held.
    private async Task LetItGoAsync(bool isAnswered)
    {
        if (!isAnswered)
        {
            return;
        }

        await _network.Tried;
        await NothingLeavesAsync();
        _network.Release();
    }

    private async Task NothingLeavesAsync()
    {
        await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(1), _time));
        Assert.That(_network.Left, Is.Empty);
    }

    // A chunk without its end.
    private static string Chunk(RawMsrpPeer peer, Core.Msrp.MsrpUri to, string id, string headers, string body) =>
        $"MSRP {id} SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\n{headers}Content-Type: image/png\r\n\r\n{body}";

    // Returns when octets have arrived.
    private static async Task SendAsync(ImageShareSession session, Func<Task> send)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.ProgressChanged += (_, _) => arrived.TrySetResult();
        await send();
        await arrived.Task.WaitAsync(SharePair.Patience);
    }

    private async Task<(ImageShareSession Session, RawMsrpPeer Peer, Core.Msrp.MsrpUri To)> BeginAsync(IImageStore store, string selector = "")
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, _phone.Offer("name:\"x.png\" type:image/png size:10" + selector));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(store);
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(await calling);
        return (session, peer, to);
    }

    private string Push(string id) => string.Create(
        CultureInfo.InvariantCulture,
        $"m=message {_phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:{_phone.Path}\r\na=setup:actpass\r\na=file-selector:name:\"{id}.png\" type:image/png size:10\r\na=file-transfer-id:{id}\r\n");

    private async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in _bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    // A disk with no room left.
    private sealed class FullStore : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(new FullSink());

        private sealed class FullSink : IImageSink
        {
            public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default) =>
                throw new ImageShareException(ImageShareError.DiskFull, "There is no room left.");

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

            public ValueTask AbandonAsync() => ValueTask.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
