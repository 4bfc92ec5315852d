using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Whole shares through MSRP relays of one side or of both (RFC 4976).</summary>
[TestFixture]
public sealed class ShareThroughRelayTests
{
    private static readonly TlsOptions Trusting = new() { TrustedRoots = [TestCertificates.Authority] };

    // Nobody listens there.
    private static readonly MsrpUri Gone = MsrpUri.Parse("msrps://127.0.0.1:1;tcp");

    private readonly InMemoryNetwork _network = new();
    private RelayServer _relay = null!;

    [SetUp]
    public void SetUp() => _relay = new RelayServer(_network);

    [TearDown]
    public async Task TearDown() => await _relay.DisposeAsync();

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("TLS-017")]
    [Category("TLS-018")]
    public async Task An_image_is_shared_through_the_relay(bool ofAlice, bool ofBob)
    {
        await using SharePair pair = await StartAsync(ofAlice, ofBob);
        byte[] image = TestImage.Png(300_000);
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(image);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
        MediaDescription offer = Description(pair, "INVITE").Media[0];
        MediaDescription answer = Description(pair, "SIP/2.0 200", "INVITE").Media[0];
        Assert.Multiple(() =>
        {
            Assert.That((offer.Protocol, answer.Protocol), Is.EqualTo(("TCP/TLS/MSRP", "TCP/TLS/MSRP")));
            AssertPath(offer, ofAlice);
            AssertPath(answer, ofBob);
            Assert.That(_relay.Connections, Is.EqualTo((ofAlice ? 1 : 0) + (ofBob ? 1 : 0) + (ofAlice && ofBob ? 0 : 1)), "each side has come to the relay, whoever is active");
            Assert.That(_relay.Requests.Select(r => r.Method), Has.Some.EqualTo("REPORT"), "that the peer has the image is the peer's own word");
        });
    }

    private static void AssertPath(MediaDescription media, bool isRelayed)
    {
        Assert.That(media.Path, Has.Count.EqualTo(isRelayed ? 2 : 1));
        Assert.That(media.Path![0], isRelayed ? Does.Contain("/granted") : Does.Not.Contain("/granted"));
        Assert.That(media.Path[^1], Does.Contain($":{media.Port}/"), "m= is this side's own port");
        Assert.That(media.Find("fingerprint"), isRelayed ? Is.Null : Is.Not.Null, "what the peer sees is the certificate of the relay");
    }

    [TestCase(SetupForm.Active)]
    [TestCase(SetupForm.None)]
    [TestCase(SetupForm.ActPass)]
    [Category("TLS-018")]
    public async Task Whoever_is_behind_a_relay_opens_the_connection_to_it(SetupForm setup)
    {
        ImageShareProfile profile = ImageShareProfile.All.First(p => p.Setup == setup);
        await using SharePair pair = await StartAsync(true, true, alice: o => o with { Profile = profile });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That(_relay.Connections, Is.EqualTo(1), "Alice's, before her offer left");
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        Assert.That(_relay.Connections, Is.EqualTo(2), "Bob's, before his answer left");
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That(_relay.Connections, Is.EqualTo(2));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("TLS-019")]
    public async Task A_path_that_changes_is_told_in_the_session_before_its_time_is_over(bool ofAlice, bool ofBob)
    {
        // Of 54 s of transfer each path is good for 30, and is renewed every 15 s: whoever were not told would be sent away with 481.
        var time = new ManualTimeProvider();
        _relay.ChangesPath = true;
        _relay.Expires = 20;
        await using SharePair pair = await StartAsync(ofAlice, ofBob, alice: o => o with { TimeProvider = time }, bob: o => o with { TimeProvider = time });
        byte[] image = TestImage.Png(270_000);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(image), new ShareSettings { MaxBytesPerSecond = 5_000, QueryFirst = false });
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        incoming.ProgressChanged += (_, _) => moving.TrySetResult();
        await moving.Task.WaitAsync(SharePair.Patience);

        // The clock is not to run ahead of the sockets: most of what the rate allows must have passed the relay. Not all of it: each wait ends at a whole step of the clock.
        TimeSpan began = time.Elapsed;
        await time.DriveAsync(
            Task.WhenAll(outgoing.Completion, incoming.Completion),
            keepsUp: () => _relay.Requests.Count(static r => r.Method == "SEND") * 2048L >= Math.Min(image.Length, 3_000 * ((time.Elapsed - began).TotalSeconds - 5)));
        (ImageShareResult sent, ImageShareResult received) = (await outgoing.Completion, await incoming.Completion);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
        string[] paths = [.. _relay.Paths];
        string last = _relay.Requests.Last(r => r.Method == "SEND").ToPath;
        Assert.Multiple(() =>
        {
            Assert.That(paths, Has.Length.GreaterThanOrEqualTo(4 * ((ofAlice ? 1 : 0) + (ofBob ? 1 : 0)) - 1));
            Assert.That(paths.Take((ofAlice ? 1 : 0) + (ofBob ? 1 : 0)).Where(p => last.Contains(p, StringComparison.Ordinal)), Is.Empty, "the first ones are not used any more");
            Assert.That(pair.SipSent().Count(l => l.StartsWith("INVITE", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(3));
        });
    }

    [TestCase("wrong", null, ImageShareError.RelayRefused, 401, "password")]
    [TestCase(RelayServer.Password, "403 Forbidden", ImageShareError.RelayRefused, 403, "permission")]
    [TestCase(RelayServer.Password, "501 What", ImageShareError.RelayRefused, 501, "ask its operator")]
    [TestCase(RelayServer.Password, "200 OK", ImageShareError.RelayRefused, null, "no path")]
    [Category("TLS-016")]
    public async Task A_relay_that_refuses_ends_a_share_before_it_began(string password, string? refusal, ImageShareError error, int? status, string next)
    {
        _relay.Refusal = refusal;
        await using SharePair pair = await StartAsync(true, false, password: password);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((sent.State, sent.Error), Is.EqualTo((ImageShareState.Failed, error)), sent.Message);
            Assert.That(sent.MsrpStatus, status is null ? Is.EqualTo(200) : Is.EqualTo(status));
            Assert.That(sent.Message, Does.Contain(next));
            Assert.That(pair.SipSent(), Has.None.StartsWith("INVITE"), "nobody was disturbed");
        });
    }

    [TestCase("wrong", ImageShareError.RelayRefused)]
    [TestCase(null, ImageShareError.RelayUnreachable)]
    [Category("TLS-016")]
    public async Task An_invitation_stays_open_when_the_relay_of_the_called_side_fails(string? password, ImageShareError error)
    {
        await using SharePair pair = await StartAsync(true, true, bob: o => o with
        {
            MsrpRelays = password is null
                ? [new(Gone, RelayServer.User, RelayServer.Password)]
                : [_relay.AsRelay(password)],
        });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        ImageShareException e = await FailureAsync(invitation.AcceptAsync(pair.Store));
        Assert.That(e.Error, Is.EqualTo(error), e.Message);
        Assert.That(pair.Inbox.EnumerateFileSystemInfos("*", SearchOption.AllDirectories), Is.Empty);
        await invitation.DeclineAsync();
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Declined));
    }

    [Test]
    [Category("TLS-016")]
    public async Task A_relay_that_is_not_there_is_said_to_be_so()
    {
        await using SharePair pair = await StartAsync(false, false, alice: o => o with { MsrpRelays = [new(Gone, RelayServer.User, RelayServer.Password)] });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.State, sent.Error), Is.EqualTo((ImageShareState.Failed, ImageShareError.RelayUnreachable)), sent.Message);
        Assert.That(sent.Message, Does.Contain("127.0.0.1").And.Contain("check its address"));
    }

    [Test]
    [Category("TLS-016")]
    public async Task A_relay_that_says_nothing_is_not_waited_for_for_ever()
    {
        var time = new ManualTimeProvider();
        _relay.Refusal = string.Empty;
        await using SharePair pair = await StartAsync(true, false, alice: o => o with { TimeProvider = time });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareResult sent = await time.DriveAsync(outgoing.Completion, stepSeconds: 1);
        Assert.That((sent.State, sent.Error), Is.EqualTo((ImageShareState.Failed, ImageShareError.RelayUnreachable)), sent.Message);
        Assert.That(time.Elapsed, Is.LessThan(ImageShareLimits.Default.MsrpConnectTimeout + TimeSpan.FromSeconds(10)));
    }

    [Test]
    [Category("TLS-016")]
    public async Task A_relay_nobody_vouches_for_gets_nothing()
    {
        await using SharePair pair = await StartAsync(true, false, alice: o => o with { MsrpTls = TlsOptions.Default });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(sent.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted), sent.Message);
        Assert.That(_relay.Requests, Is.Empty);
    }

    [Test]
    [Category("TLS-006")]
    public async Task Behind_a_relay_an_offer_without_TLS_is_refused()
    {
        await using SharePair pair = await StartAsync(false, true, alice: o => o with { MsrpSecurity = MsrpSecurity.None });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)), new ShareSettings { QueryFirst = false });
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.Error, sent.SipStatus), Is.EqualTo((ImageShareError.UnacceptableOffer, 488)), sent.Message);
    }

    [Test]
    [Category("TLS-016")]
    public async Task The_end_of_the_relay_in_the_middle_ends_the_share()
    {
        await using SharePair pair = await StartAsync(true, true);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(500_000)), new ShareSettings { MaxBytesPerSecond = 20_000 });
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        incoming.ProgressChanged += (_, _) => moving.TrySetResult();
        await moving.Task.WaitAsync(SharePair.Patience);
        await _relay.DropAllAsync();
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.That(sent.Error, Is.AnyOf(ImageShareError.ConnectionLost, ImageShareError.Cancelled), sent.Message);
        Assert.That(received.Error, Is.AnyOf(ImageShareError.ConnectionLost, ImageShareError.Cancelled), received.Message);
        Assert.That(new[] { sent.Error, received.Error }, Has.Some.EqualTo(ImageShareError.ConnectionLost));
    }

    private Task<SharePair> StartAsync(
        bool ofAlice, bool ofBob, Func<ImageShareOptions, ImageShareOptions>? alice = null, Func<ImageShareOptions, ImageShareOptions>? bob = null, string password = RelayServer.Password)
    {
        ImageShareOptions Of(ImageShareOptions options, bool isRelayed) => options with
        {
            MsrpSecurity = MsrpSecurity.Offered,
            MsrpTls = Trusting,
            MsrpRelays = isRelayed ? [_relay.AsRelay(password)] : [],
        };
        return SharePair.StartAsync(_network, o => (alice ?? (static x => x))(Of(o, ofAlice)), o => (bob ?? (static x => x))(Of(o, ofBob)));
    }

    private static async Task<ImageShareException> FailureAsync(Task task)
    {
        try
        {
            await task.WaitAsync(SharePair.Patience);
        }
        catch (ImageShareException e)
        {
            return e;
        }

        throw new AssertionException("It should have failed.");
    }

    private static SessionDescription Description(SharePair pair, string start, string? method = null)
    {
        lock (pair.Sent)
        {
            foreach (string text in pair.Sent.Where(m => m.StartLine.StartsWith(start, StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span)))
            {
                int body = text.IndexOf("v=0\r\n", StringComparison.Ordinal);
                if (body > 0 && (method is null || text.Contains($" {method}\r\n", StringComparison.Ordinal)))
                {
                    Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text[body..]), SdpLimits.Default, out SessionDescription? description, out _), Is.True);
                    return description!;
                }
            }
        }

        throw new AssertionException($"No {start} with a description was sent.");
    }
}
