using ImageShare.Core.Images;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A client shares with a phone that breaks every rule: each share ends, with its own reason, and nothing stays behind.</summary>
[TestFixture]
public sealed class HostileCalleeTests : PhoneCalleeTest
{
    private static readonly byte[] Image = TestImage.Png(10_000);


    private static IEnumerable<TestCaseData> BadAnswers()
    {
        const string Media = "m=message 9999 TCP/MSRP *\r\n";
        const string Path = "a=path:msrp://127.0.0.1:9999/aaaabbbbccccdddd;tcp\r\n";
        TestCaseData Case(string name, string? sdp, ImageShareError error) => new TestCaseData(sdp, error).SetArgDisplayNames(name);
        string Sdp(string rest, string head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n") => head + rest;
        yield return Case("none", null, ImageShareError.UnacceptableOffer);
        yield return Case("garbage", "\0\u00ff{}[]", ImageShareError.UnacceptableOffer);
        yield return Case("no media", Sdp(string.Empty), ImageShareError.UnacceptableOffer);
        yield return Case("two media", Sdp(Media + Path + Media + Path), ImageShareError.UnacceptableOffer);
        yield return Case("another media", Sdp("m=audio 9999 RTP/AVP 0\r\n"), ImageShareError.UnacceptableOffer);
        yield return Case("another protocol", Sdp("m=message 9999 TCP/TLS/MSRP *\r\n" + Path), ImageShareError.UnacceptableOffer);
        yield return Case("port 0", Sdp("m=message 0 TCP/MSRP *\r\n"), ImageShareError.Declined);
        yield return Case("wrong direction", Sdp(Media + "a=sendonly\r\n" + Path), ImageShareError.UnacceptableOffer);
        yield return Case("no path", Sdp(Media + "a=recvonly\r\n"), ImageShareError.UnacceptableOffer);
        yield return Case("a path that is none", Sdp(Media + "a=recvonly\r\na=path:http://example.com/\r\n"), ImageShareError.UnacceptableOffer);
        yield return Case("nobody at its path", Sdp(Media + "a=recvonly\r\n" + Path), ImageShareError.MediaNotConnected);
        yield return Case("a path to the discard port", Sdp(Media + "a=recvonly\r\na=path:msrp://127.0.0.1:9/aaaabbbbccccdddd;tcp\r\n"), ImageShareError.MediaNotConnected);
        yield return Case("TLS in its path", Sdp(Media + "a=recvonly\r\na=path:msrps://127.0.0.1:9999/aaaabbbbccccdddd;tcp\r\n"), ImageShareError.UnacceptableOffer);
        yield return Case("too small", Sdp(Media + "a=recvonly\r\na=max-size:1\r\n" + Path), ImageShareError.TooLarge);
        yield return Case("other types, and nobody at its path", Sdp(Media + "a=recvonly\r\na=accept-types:text/plain\r\n" + Path), ImageShareError.MediaNotConnected);
        yield return Case("a name for a host nobody knows", Sdp(Media + "a=recvonly\r\na=path:msrp://no.such.host.invalid:9999/aaaabbbbccccdddd;tcp\r\n"), ImageShareError.MediaNotConnected);
    }

    [TestCaseSource(nameof(BadAnswers))]
    [Category("SEC-001")]
    public async Task An_answer_nothing_can_be_sent_on_is_acknowledged_and_ended_with_BYE(string? answer, ImageShareError error)
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", answer);
        await Phone.ReceiveAsync("ACK");
        string bye = await Phone.ReceiveAsync("BYE");
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
    }

    [TestCase("passive", "accepts, then keeps silent", ImageShareError.TransferStalled)]
    [TestCase("active", "says it will connect and does not", ImageShareError.MediaNotConnected)]
    [TestCase("active", "connects and never binds", ImageShareError.MediaNotConnected)]
    [TestCase("passive", "accepts, reads, never answers", ImageShareError.TransferStalled)]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_peer_that_accepts_and_then_does_nothing_is_given_up_in_time(string setup, string manner, ImageShareError error)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "200 OK", Phone.Answer(setup));
        RawMsrpPeer? peer = null;
        if (setup == "passive")
        {
            peer = await Phone.AcceptAsync();
        }
        else if (manner.StartsWith("connects", StringComparison.Ordinal))
        {
            (peer, _) = await Phone.DialAsync(invite);
        }

        Task reading = manner.Contains("reads", StringComparison.Ordinal) ? DrainAsync(peer!) : Task.CompletedTask;
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await (peer?.DisposeAsync() ?? default);
        await reading.WaitAsync(SharePair.Patience);
    }

    [Test]
    [Category("FT-030")]
    public async Task A_limit_on_idling_shorter_than_the_transactions_is_a_stalled_transfer_too()
    {
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"),
            Network = Network,
            TimeProvider = Time,
            Transport = SipTransportChoice.Udp,
            Limits = new ImageShareLimits { IdleTimeout = TimeSpan.FromSeconds(10) },
        });
        ImageShareSession session = await carol.ShareAsync(Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.TransferStalled), result.Message);
    }

    [Test]
    [Category("MSRP-037")]
    public async Task To_a_side_that_only_sends_everything_but_content_flows()
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message send;
        do
        {
            send = (await peer.ReadAsync())!;
            await peer.AnswerAsync(send, 200, send.To.Last);
        }
        while (!send.HasBody);

        MsrpUri alice = send.From.First;
        await peer.SendAsync(alice, "empty", "Byte-Range: 1-0/0\r\n", null, '$');
        await peer.SendAsync(alice, "content", "Byte-Range: 1-2/2\r\n", "ab", '$', "m9999");
        await peer.SendAsync($"MSRP report REPORT\r\nTo-Path: {alice}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {send.MessageId}\r\nByte-Range: 1-2048/10000\r\nStatus: 000 200 OK\r\n-------report$\r\n");
        await peer.SendAsync(alice, "after", "Byte-Range: 1-0/0\r\n", null, '$');
        List<string> answers = [];
        while (answers.Count < 3)
        {
            RawMsrpPeer.Message message = (await peer.ReadAsync())!;
            if (message.Method is null)
            {
                answers.Add(message.ToString());
            }
            else
            {
                send = message;
                await peer.AnswerAsync(message, 200, message.To.Last);
            }
        }

        Assert.That(answers, Is.EqualTo(new[] { "empty 200", "content 403", "after 200" }), "a report is not answered");
        while (send.Continuation != '$')
        {
            send = (await peer.ReadAsync())!;
            await peer.AnswerAsync(send, 200, send.To.Last);
        }

        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.None), result.Message);
    }

    [TestCase(413, ImageShareError.TransferRefused)]
    [TestCase(415, ImageShareError.TransferRefused)]
    [TestCase(481, ImageShareError.TransferRefused)]
    [TestCase(506, ImageShareError.TransferRefused)]
    [TestCase(408, ImageShareError.TransferStalled)]
    [TestCase(600, ImageShareError.TransferRefused)]
    public async Task A_refused_transfer_says_with_what(int status, ImageShareError error)
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message? send;
        do
        {
            send = await peer.ReadAsync();
        }
        while (!send!.HasBody);
        await peer.AnswerAsync(send, status, send.To.First);
        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
    }

    [TestCase("HTTP/1.1 200 OK\r\n\r\n")]
    [TestCase("MSRP x 200 OK\r\n")]
    [TestCase("\0\0\0\0")]
    public async Task What_is_no_MSRP_ends_the_share(string garbage)
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await peer.SendAsync(garbage + new string('x', 70_000));
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Failed), result.Message);
    }

    [Test]
    public async Task BYE_right_behind_the_ACK_cancels_the_share()
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "200 OK", Phone.Answer("active"));
        await Phone.ReceiveAsync("ACK");
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(invite, "Contact").Split('<', '>')[1]);
        string from = RawPhone.Header(invite, "From");
        await Phone.SendAsync(alice, $"BYE {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bKbye\r\nMax-Forwards: 70\r\nFrom: {RawPhone.Header(invite, "To")};tag=mallory\r\nTo: {from}\r\nCall-ID: {RawPhone.Header(invite, "Call-ID")}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n");
        await Phone.ReceiveAsync("SIP/2.0 200");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
    }

    [Test]
    [Category("SEC-002")]
    public async Task An_acceptance_that_crosses_the_cancelling_is_acknowledged_and_ended()
    {
        for (int run = 0; run < 20; run++)
        {
            ImageShareSession session = await ShareAsync();
            string invite = await Phone.ReceiveAsync("INVITE");
            await Phone.RespondAsync(invite, "180 Ringing");
            Task cancelling = run % 2 == 0 ? session.CancelAsync() : Task.Run(() => session.CancelAsync());
            await Phone.RespondAsync(invite, "200 OK", Phone.Answer("active"));
            await Phone.ReceiveAsync("ACK");
            await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
            ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
            await cancelling.WaitAsync(SharePair.Patience);
            Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
        }
    }

    [Test]
    public async Task A_source_that_throws_anything_is_the_end_of_its_share_and_not_of_the_wait_for_it()
    {
        Exception[] all = [new InvalidOperationException("odd"), new ObjectDisposedException("odd"), new IOException("odd"), new FormatException("odd"), new OperationCanceledException("odd")];
        foreach (Exception e in all)
        {
            foreach (bool atOnce in (bool[])[true, false])
            {
                int opened = 0;
                ImageSource source = ImageSource.FromStream(
                    () => opened++ == 0 ? new MemoryStream(Image) : atOnce ? throw e : new ThrowingStream(e), "cat.png", new MediaType("image", "png"));
                ImageShareSession session = await Alice.ShareAsync(Phone.Address, source, new ShareSettings { QueryFirst = false });
                await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
                await using RawMsrpPeer peer = await Phone.AcceptAsync();
                Task reading = DrainAsync(peer);
                await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
                ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
                await reading.WaitAsync(SharePair.Patience);
                Assert.That(result.Error, Is.AnyOf(ImageShareError.SourceUnreadable, ImageShareError.FileNotFound), $"{e.GetType()} {atOnce}: {result.Message}");
            }
        }
    }

    [Test]
    public async Task Handlers_and_listeners_that_throw_do_not_disturb_the_share()
    {
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { Trace = _ => throw new InvalidOperationException("trace") }, bob: o => o with { Trace = _ => throw new InvalidOperationException("trace") });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(300_000)), new ShareSettings { Progress = new Thrower() });
        outgoing.StateChanged += (_, _) => throw new InvalidOperationException("state");
        outgoing.ProgressChanged += (_, _) => throw new InvalidOperationException("progress");
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        invitation.Withdrawn.Register(() => throw new InvalidOperationException("withdrawn"));
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store, new AcceptSettings { Progress = new Thrower() });
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);

        // The other way out, where the withdrawing itself calls the application.
        await using ImageShareSession taken = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        ImageShareInvitation second = await pair.NextInvitationAsync();
        second.Withdrawn.Register(() => throw new InvalidOperationException("withdrawn"));
        await taken.CancelAsync().WaitAsync(SharePair.Patience);
        Assert.That(async () => await second.DeclineAsync().WaitAsync(SharePair.Patience), Throws.Nothing);
    }

    [Test]
    [Category("SEC-002")]
    public async Task Cancelling_before_the_peer_s_name_is_resolved_sends_nothing()
    {
        var network = new SlowNames(Network);
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"), Network = network, TimeProvider = Time });
        ImageShareSession session = await carol.ShareAsync(
            Core.Sip.SipUri.Parse($"sip:mallory@somewhere.example:{Phone.Address.Port}"), SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        await network.Asked.Task.WaitAsync(SharePair.Patience);
        ImageShareResult result = await session.CancelAsync().WaitAsync(SharePair.Patience);
        network.Answer.SetResult();
        await session.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(network.Sent, Is.Zero);
        });
    }

    [Test]
    public async Task Disposing_a_client_does_not_wait_for_peers_that_never_answer()
    {
        ImageShareSession[] sessions = [await ShareAsync(), await ShareAsync(), await ShareAsync()];
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "180 Ringing");
        Task disposing = Alice.DisposeAsync().AsTask();
        await Time.DriveAsync(disposing);
        Assert.That(Time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        foreach (ImageShareSession session in sessions)
        {
            Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
        }

        Assert.That(async () => await Alice.ShareAsync(Phone.Address, SharePair.Image(Image)), Throws.TypeOf<ObjectDisposedException>());
    }

    private async Task<ImageShareSession> ShareAsync() =>
        await Alice.ShareAsync(Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });

    private static async Task DrainAsync(RawMsrpPeer peer)
    {
        try
        {
            while (await peer.ReadAsync() is not null)
            {
            }
        }
        catch (IOException)
        {
            // Given up with a reset, which is as good an end as any here.
        }
    }

    private sealed class Thrower : IProgress<ImageShareProgress>
    {
        public void Report(ImageShareProgress value) => throw new InvalidOperationException("progress");
    }

    private sealed class ThrowingStream(Exception exception) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw exception;
    }

    /// <summary>Names resolve when the test says so.</summary>
    private sealed class SlowNames(InMemoryNetwork inner) : INetwork
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Sent { get; private set; }

        public IDatagramSocket BindDatagram(System.Net.IPEndPoint local) => inner.BindDatagram(local);

        public IStreamListener Listen(System.Net.IPEndPoint local) => inner.Listen(local);

        public ValueTask<IStreamConnection> ConnectAsync(System.Net.IPEndPoint remote, CancellationToken cancellationToken)
        {
            Sent++;
            return inner.ConnectAsync(remote, cancellationToken);
        }

        public System.Net.IPAddress GetLocalAddressFor(System.Net.IPAddress remote) => inner.GetLocalAddressFor(remote);

        public async ValueTask<System.Net.IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            // A resolver that cannot be interrupted, as most cannot.
            Asked.TrySetResult();
            await Answer.Task.WaitAsync(cancellationToken);
            return [System.Net.IPAddress.Loopback];
        }
    }
}
