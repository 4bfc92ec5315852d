using System.Security.Cryptography;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Interop;

/// <summary>MSRP sessions through kamailio's relay: what it does, and where it stops (docs/msrp.md).</summary>
[TestFixture]
[Category("Interop")]
public sealed class KamailioMsrpRelayTests
{
    private static readonly MediaType Png = new("image", "png");

    private MsrpEndpoint _alice = null!;
    private MsrpEndpoint _bob = null!;

    [SetUp]
    public void SetUp()
    {
        _alice = MsrpEndpoint.Start(SystemNetwork.Instance, Options());
        _bob = MsrpEndpoint.Start(SystemNetwork.Instance, Options());
    }

    [TearDown]
    public async Task TearDown()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Test]
    [Category("TLS-016")]
    [Category("TLS-017")]
    public async Task A_challenge_is_answered_and_a_path_granted()
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        await using MsrpSession session = await CreateAsync(_alice, new MsrpSessionOptions(), relay.As("alice"));
        Assert.Multiple(() =>
        {
            Assert.That(session.AdvertisedPath.Uris, Has.Length.EqualTo(2));
            Assert.That(session.AdvertisedPath.Last, Is.EqualTo(session.LocalUri));
            Assert.That((session.AdvertisedPath.First.Host, session.AdvertisedPath.First.Port), Is.EqualTo((relay.Uri.Host, relay.Uri.Port)));
            Assert.That(session.AdvertisedPath.First.SessionId, Is.Not.Empty);
            Assert.That((relay.Count("CHALLENGE"), relay.Count("GRANTED alice")), Is.EqualTo((1, 1)), relay.Log);
        });
    }

    [TestCase("alice", "open barley")]
    [TestCase(KamailioMsrpRelay.BarredUser, KamailioMsrpRelay.Password)]
    [Category("TLS-016")]
    public async Task Who_may_not_in_hears_it_once(string user, string password)
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        bool isBarred = user == KamailioMsrpRelay.BarredUser;
        ImageShareException? refused = await Assert.ThrowsAsync<ImageShareException>(() => CreateAsync(_alice, new MsrpSessionOptions(), relay.As(user, password)));
        Assert.Multiple(() =>
        {
            Assert.That((refused!.Error, refused.MsrpStatus), Is.EqualTo((ImageShareError.AuthenticationFailed, isBarred ? 403 : 401)), relay.Log);
            Assert.That(refused!.Message, Does.Contain(isBarred ? "ask its operator" : "check the user, the password"));
            Assert.That((relay.Count("FRAME AUTH"), relay.Count("GRANTED alice")), Is.EqualTo((2, 0)), relay.Log);
        });
    }

    [TestCase(10, "TOO SHORT 10", "GRANTED alice for 60")]
    [TestCase(9000, "TOO LONG 9000", "GRANTED alice for 3600")]
    [Category("TLS-019")]
    public async Task A_time_out_of_its_bounds_is_changed_to_the_bound(int wanted, string refused, string granted)
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync(60, 3600);
        await using MsrpSession session = await CreateAsync(_alice, new MsrpSessionOptions(), relay.As("alice"), TimeSpan.FromSeconds(wanted));
        Assert.That(relay.Log, Does.Contain(refused).And.Contain(granted), "asked, refused with 423, asked again");
    }

    [Test]
    [Category("TLS-019")]
    public async Task The_path_is_renewed_in_time()
    {
        var time = new ManualTimeProvider();
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(SystemNetwork.Instance, Options() with { TimeProvider = time });
        await using MsrpSession session = await CreateAsync(alice, new MsrpSessionOptions(), relay.As("alice"), TimeSpan.FromSeconds(600));
        Assert.That(relay.Count("GRANTED alice"), Is.EqualTo(1), relay.Log);
        time.Advance(TimeSpan.FromSeconds(539));
        Assert.That(relay.Count("GRANTED alice"), Is.EqualTo(1), "a minute before its end, and not sooner");
        await time.DriveAsync(relay.UntilLoggedAsync("GRANTED alice", 2), stepSeconds: 1);
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    [Category("TLS-016")]
    [Category("TLS-017")]
    [Category("TLS-018")]
    public async Task A_message_goes_through_the_relays_of_both_and_is_reported(bool twoRelays, bool fromPassive)
    {
        await using KamailioMsrpRelay first = await KamailioMsrpRelay.StartAsync();
        await using KamailioMsrpRelay? other = twoRelays ? await KamailioMsrpRelay.StartAsync() : null;
        byte[] image = RandomNumberGenerator.GetBytes(3_000_000);
        var receiver = new CollectingReceiver();
        await using MsrpSession alice = await CreateAsync(_alice, new MsrpSessionOptions { Receiver = fromPassive ? receiver : null }, first.As("alice"));
        await using MsrpSession bob = await CreateAsync(_bob, new MsrpSessionOptions { Receiver = fromPassive ? null : receiver }, (other ?? first).As("bob"));
        string Logs() => $"{first.Log}\n{other?.Log}";
        await ConnectAsync(alice, bob, Logs);
        (MsrpSession from, MsrpSession to) = fromPassive ? (bob, alice) : (alice, bob);

        var content = MsrpOutgoingContent.FromMemory(Png, image) with { SuccessReport = true, AwaitSuccessReport = true };
        MsrpSendResult sent = await OrEndOf(from, from.SendAsync(content, null, default), Logs);
        byte[] received = await OrEndOf(to, receiver.Completed, Logs);
        Assert.Multiple(() =>
        {
            Assert.That((sent.Outcome, sent.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.Completed, (long)image.Length)));
            Assert.That(received.AsSpan().SequenceEqual(image), Is.True);
            Assert.That(first.Log + other?.Log, Does.Contain("FRAME REPORT"));
            Assert.That(Logs(), Does.Not.Contain("NO SESSION"));
        });

        // The end of one side is seen by the other only in SIP: the relay keeps its connection.
        await from.CloseAsync();
        Assert.That(to.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task An_answer_to_a_log_in_through_this_relay_goes_no_further()
    {
        // The relay behind answers to the first URI of From-Path alone, as if AUTH were a SEND (RFC 4975 §7.2): this one does not know for whom it is.
        var time = new ManualTimeProvider();
        await using KamailioMsrpRelay inner = await KamailioMsrpRelay.StartAsync();
        await using KamailioMsrpRelay outer = await KamailioMsrpRelay.StartAsync();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(SystemNetwork.Instance, Options() with { TimeProvider = time });
        Task<MsrpSession> creating = CreateAsync(alice, new MsrpSessionOptions(), [inner.As("alice"), outer.As("alice")]);
        await inner.UntilLoggedAsync("REPLY 401 hops 0");
        Assert.That(creating.IsCompleted, Is.False, outer.Log);
        ImageShareException? lost = await Assert.ThrowsAsync<ImageShareException>(() => time.DriveAsync(creating, stepSeconds: 1));
        Assert.That(lost!.Error, Is.EqualTo(ImageShareError.NoAnswer), inner.Log);
        Assert.That((inner.Count("GRANTED alice"), outer.Count("CHALLENGE"), outer.Count("GRANTED alice")), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public async Task A_refusal_of_the_peer_ends_at_the_relay()
    {
        // A relay owes the sender a REPORT with the status (RFC 4976 §6.4.3). This one forgets it: only SIP can tell.
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        var receiver = new CollectingReceiver { Acceptance = MsrpAcceptance.Refuse(413) };
        await using MsrpSession alice = await CreateAsync(_alice, new MsrpSessionOptions(), relay.As("alice"));
        await using MsrpSession bob = await CreateAsync(_bob, new MsrpSessionOptions { Receiver = receiver }, relay.As("bob"));
        await ConnectAsync(alice, bob, () => relay.Log);
        MsrpSendResult believed = await OrEndOf(alice, alice.SendAsync(MsrpOutgoingContent.FromMemory(Png, new byte[5000]), null, default), () => relay.Log);
        await relay.UntilLoggedAsync("REPLY 413");
        Assert.That(believed.Outcome, Is.EqualTo(MsrpSendOutcome.Completed), "the relay itself has said 200");

        Task<MsrpSendResult> careful = alice.SendAsync(
            MsrpOutgoingContent.FromMemory(Png, new byte[5000]) with { SuccessReport = true, AwaitSuccessReport = true }, null, default);
        await relay.UntilLoggedAsync("REPLY 413", 4);
        Assert.That(careful.IsCompleted, Is.False, "no report, no success");
        await alice.CloseAsync();
        Assert.That((await careful.WaitAsync(ChildProcess.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Unknown));
    }

    [TestCase(10_240, true)]
    [TestCase(70_000, false)]
    public async Task A_chunk_has_to_fit_into_the_buffer_of_the_relay(int chunkSize, bool fits)
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        byte[] image = RandomNumberGenerator.GetBytes(150_000);
        var receiver = new CollectingReceiver();
        await using MsrpSession alice = await CreateAsync(_alice, new MsrpSessionOptions(), relay.As("alice"));
        await using MsrpSession bob = await CreateAsync(_bob, new MsrpSessionOptions { Receiver = receiver }, relay.As("bob"));
        await ConnectAsync(alice, bob, () => relay.Log);
        MsrpSendResult sent = await alice.SendAsync(MsrpOutgoingContent.FromMemory(Png, image) with { ChunkSize = chunkSize }, null, default).WaitAsync(ChildProcess.Patience);
        Assert.That(sent.Outcome, Is.EqualTo(fits ? MsrpSendOutcome.Completed : MsrpSendOutcome.ConnectionLost), () => relay.Log);
        if (fits)
        {
            Assert.That((await OrEndOf(bob, receiver.Completed, () => relay.Log)).AsSpan().SequenceEqual(image), Is.True);
        }
    }

    [Test]
    [Category("TLS-016")]
    public async Task The_end_of_the_relay_ends_the_sessions()
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        await using MsrpSession alice = await CreateAsync(_alice, new MsrpSessionOptions(), relay.As("alice"));
        await using MsrpSession bob = await CreateAsync(_bob, new MsrpSessionOptions { Receiver = new CollectingReceiver() }, relay.As("bob"));
        await ConnectAsync(alice, bob, () => relay.Log);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<int>();
        Task<MsrpSendResult> sending = alice.SendAsync(
            new MsrpOutgoingContent(Png, 1000, (_, _) =>
            {
                reading.SetResult();
                return new ValueTask<int>(never.Task);
            }),
            null,
            default);
        await reading.Task.WaitAsync(ChildProcess.Patience);
        await relay.DisposeAsync();
        MsrpSessionEnd[] ends = await Task.WhenAll(alice.Ended, bob.Ended).WaitAsync(ChildProcess.Patience);
        never.SetException(new IOException("enough"));
        Assert.That(ends.Select(e => e.Reason), Is.All.AnyOf(MsrpSessionEndReason.PeerClosed, MsrpSessionEndReason.ConnectionLost));
        Assert.That((await sending.WaitAsync(ChildProcess.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.ConnectionLost));
    }

    [TestCase(true, true, false)]
    [TestCase(true, true, true)]
    [TestCase(true, false, false)]
    [TestCase(false, true, false)]
    [Category("TLS-016")]
    [Category("TLS-018")]
    public async Task A_whole_share_goes_through_the_relay(bool ofAlice, bool ofBob, bool twoRelays)
    {
        await using KamailioMsrpRelay first = await KamailioMsrpRelay.StartAsync();
        await using KamailioMsrpRelay? second = twoRelays ? await KamailioMsrpRelay.StartAsync() : null;
        await using SharePair pair = await SharePair.StartAsync(
            SystemNetwork.Instance, o => Of(o, ofAlice ? first.As("alice") : null), o => Of(o, ofBob ? (second ?? first).As("bob") : null));
        byte[] image = TestImage.Png(1_000_000);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(image));
        Task<ImageShareInvitation> invited = pair.NextInvitationAsync();
        Assert.That(await Task.WhenAny(invited, outgoing.Completion).WaitAsync(ChildProcess.Patience), Is.SameAs(invited), () => $"{outgoing.Completion.Result.Message}\n{first.Log}");
        await using ImageShareSession incoming = await (await invited).AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), () => $"{sent.Message} {received.Message}\n{first.Log}\n{second?.Log}");
            Assert.That(File.ReadAllBytes(received.Stored!.Path!).AsSpan().SequenceEqual(image), Is.True);
            Assert.That((first.Log + second?.Log).Split("GRANTED").Length - 1, Is.EqualTo((ofAlice ? 1 : 0) + (ofBob ? 1 : 0)));
            Assert.That(first.Log + second?.Log, Does.Contain("FRAME REPORT"));
        });
    }

    [Test]
    [Category("TLS-016")]
    public async Task A_share_with_the_wrong_password_for_the_relay_says_so()
    {
        await using KamailioMsrpRelay relay = await KamailioMsrpRelay.StartAsync();
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance, o => Of(o, relay.As("alice", "open barley")), o => Of(o, null));
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That((sent.State, sent.Error, sent.MsrpStatus), Is.EqualTo((ImageShareState.Failed, ImageShareError.RelayRefused, 401)), () => $"{sent.Message}\n{relay.Log}");
    }

    private static ImageShareOptions Of(ImageShareOptions options, MsrpRelay? relay) => options with
    {
        MsrpSecurity = MsrpSecurity.Offered,
        MsrpTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] },
        MsrpRelays = relay is null ? [] : [relay],
    };

    private static MsrpEndpointOptions Options() => new() { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } };

    private static Task<MsrpSession> CreateAsync(MsrpEndpoint endpoint, MsrpSessionOptions options, MsrpRelay relay, TimeSpan? expires = null) =>
        CreateAsync(endpoint, options, [relay], expires);

    private static Task<MsrpSession> CreateAsync(MsrpEndpoint endpoint, MsrpSessionOptions options, MsrpRelay[] relays, TimeSpan? expires = null) =>
        endpoint.CreateSessionAsync(options, relays, expires).WaitAsync(ChildProcess.Patience);

    private static async Task ConnectAsync(MsrpSession active, MsrpSession passive, Func<string> logs)
    {
        active.SetPeerPath(passive.AdvertisedPath);
        passive.SetPeerPath(active.AdvertisedPath);
        Task waiting = passive.ConnectAsync(active: false, default);
        await OrEndOf(active, active.ConnectAsync(active: true, default), logs);
        await OrEndOf(passive, waiting, logs);
    }

    private static async Task OrEndOf(MsrpSession session, Task task, Func<string> logs)
    {
        try
        {
            Task first = await Task.WhenAny(task, session.Ended).WaitAsync(ChildProcess.Patience);
            Assert.That(first, Is.SameAs(task), () => $"{session.Ended.Result}\n{logs()}");
            await task;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Nothing for {ChildProcess.Patience.TotalSeconds} s.\n{logs()}");
        }
    }

    private static async Task<T> OrEndOf<T>(MsrpSession session, Task<T> task, Func<string> logs)
    {
        await OrEndOf(session, (Task)task, logs);
        return await task;
    }
}
