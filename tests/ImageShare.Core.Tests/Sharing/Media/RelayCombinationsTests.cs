using ImageShare.Core.Images;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Relays (RFC 4976) where they meet several images, fetching, and a user who changes their mind.</summary>
[TestFixture]
public sealed class RelayCombinationsTests
{
    private readonly InMemoryNetwork _network = new();
    private RelayServer _relay = null!;

    [SetUp]
    public void SetUp() => _relay = new RelayServer(_network);

    [TearDown]
    public async Task TearDown() => await _relay.DisposeAsync();

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("FT-043")]
    [Category("TLS-018")]
    public async Task Several_images_of_one_session_go_through_the_relay(bool ofAlice, bool ofBob)
    {
        await using SharePair pair = await StartAsync(ofAlice, ofBob);
        byte[][] images = [TestImage.Png(100_000, 1), TestImage.Png(60_000, 2), TestImage.Png(3000, 3)];
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Named(images));
        List<ImageShareSession> incoming = await AcceptAsync(pair, images.Length);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult[] received = await ResultsAsync(incoming);
        Assert.That(sent.Select(r => r.IsCompleted), Is.All.True, string.Join(' ', sent.Select(r => r.Message)));
        Assert.That(received.Select(r => r.Sha1), Is.EqualTo(images.Select(TestImage.Sha1)), string.Join(' ', received.Select(r => r.Message)));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("TLS-019")]
    public async Task Each_of_several_images_follows_the_paths_that_change(bool ofAlice, bool ofBob)
    {
        // The paths of the first minute are not good any more when the last octets are sent.
        var time = new ManualTimeProvider();
        _relay.ChangesPath = true;
        _relay.Expires = 20;
        await using SharePair pair = await StartAsync(ofAlice, ofBob, alice: o => o with { TimeProvider = time }, bob: o => o with { TimeProvider = time });
        byte[][] images = [TestImage.Png(200_000, 1), TestImage.Png(225_000, 2)];
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address, Named(images), new ShareSettings { MaxBytesPerSecond = 5_000, QueryFirst = false });
        List<ImageShareSession> incoming = await AcceptAsync(pair, images.Length);
        foreach (ImageShareSession session in incoming)
        {
            await MovesAsync(session);
        }

        int first = _relay.Paths.Count;
        await time.DriveAsync(Task.WhenAll(outgoing.Concat(incoming).Select(s => s.Completion)));
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult[] received = await ResultsAsync(incoming);
        Assert.That(sent.Select(r => r.IsCompleted), Is.All.True, string.Join(' ', sent.Select(r => r.Message)));
        Assert.That(received.Select(r => r.Sha1), Is.EqualTo(images.Select(TestImage.Sha1)), string.Join(' ', received.Select(r => r.Message)));
        Assert.That(_relay.Paths, Has.Count.GreaterThan(2 * first), "the paths have changed");
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [Category("TLS-018")]
    [Category("FT-037")]
    [Category("FT-042")]
    public async Task An_image_is_fetched_through_the_relay_with_what_its_message_says_of_it(bool ofFetcher, bool ofServer)
    {
        using var folder = new Folder();
        byte[] cat = TestImage.Png(150_000);
        string file = folder.File("cat.png", cat);
        await using SharePair pair = await StartAsync(ofFetcher, ofServer, bob: o => o with { Catalogue = ImageCatalogue.FromDirectory(folder.Path) });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, ImageSelector.FromHash(TestImage.Sha1(cat)), pair.Store);
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await served.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.IsVerified, Is.True, received.Message);
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            Assert.That(Path.GetFileName(received.Stored?.Path), Is.EqualTo("cat.png"), "nobody else has said its name");
            Assert.That((received.SentFile?.Name, received.SentFile?.Size), Is.EqualTo(("cat.png", (long?)cat.Length)));
            Assert.That(received.SentFile?.Modified, Is.EqualTo(new DateTimeOffset(File.GetLastWriteTimeUtc(file))).Within(TimeSpan.FromSeconds(1)));
            Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(1));
        });
    }

    [Test]
    [Category("TLS-016")]
    public async Task An_invitation_still_waits_when_its_acceptance_is_cancelled_while_the_relay_is_asked()
    {
        await using SharePair pair = await StartAsync(false, true);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        _relay.Refusal = string.Empty;
        using var cancelling = new CancellationTokenSource();
        Task<ImageShareSession> accepting = invitation.AcceptAsync(pair.Store, cancellationToken: cancelling.Token);
        await AskedAsync();
        await cancelling.CancelAsync();
        Assert.That(async () => await accepting.WaitAsync(SharePair.Patience), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(pair.Inbox.EnumerateFileSystemInfos("*", SearchOption.AllDirectories), Is.Empty);
        Assert.That(outgoing.State, Is.EqualTo(ImageShareState.Ringing));

        _relay.Refusal = null;
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store).WaitAsync(SharePair.Patience);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    [Category("TLS-016")]
    public async Task An_invitation_can_be_accepted_after_the_relay_has_refused_once()
    {
        await using SharePair pair = await StartAsync(true, true);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        _relay.Refusal = "403 Forbidden";
        Assert.That(
            async () => await invitation.AcceptAsync(pair.Store).WaitAsync(SharePair.Patience),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.RelayRefused));

        _relay.Refusal = null;
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store).WaitAsync(SharePair.Patience);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That(pair.Inbox.GetFiles("*", SearchOption.AllDirectories), Has.Length.EqualTo(1));
    }

    [Test]
    [Category("TLS-016")]
    public async Task Two_acceptances_at_once_take_an_invitation_once()
    {
        await using SharePair pair = await StartAsync(false, true);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Task<ImageShareSession>[] accepting = [invitation.AcceptAsync(pair.Store), invitation.AcceptAsync(pair.Store)];
        await Task.WhenAny(Task.WhenAll(accepting), Task.Delay(SharePair.Patience));
        Task<ImageShareSession> taken = accepting.Single(a => a.IsCompletedSuccessfully);
        Assert.That((accepting.Single(a => a.IsFaulted).Exception!.InnerException as ImageShareException)?.Error, Is.EqualTo(ImageShareError.InvalidState));
        Assert.That((await (await taken).Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That(pair.Inbox.GetFiles("*", SearchOption.AllDirectories), Has.Length.EqualTo(1));
    }

    [TestCase("accepts")]
    [TestCase("shares")]
    [TestCase("shares three")]
    [TestCase("fetches")]
    [TestCase("serves")]
    [Category("TLS-016")]
    public async Task A_client_that_is_closed_while_it_logs_in_leaves_nothing_behind(string what)
    {
        using var folder = new Folder();
        folder.File("cat.png", TestImage.Png(3000));
        var time = new ManualTimeProvider();
        bool ofBob = what is "accepts" or "serves";
        SharePair pair = await StartAsync(
            !ofBob, ofBob, alice: o => o with { TimeProvider = time }, bob: o => o with { TimeProvider = time, Catalogue = ImageCatalogue.FromDirectory(folder.Path) });
        _relay.Refusal = string.Empty;
        List<ImageShareSession> shares = [];
        Task<ImageShareSession>? accepting = null;
        if (what is "shares three")
        {
            shares.AddRange(await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Named([TestImage.Png(10), TestImage.Png(20), TestImage.Png(30)])));
        }
        else if (what is "fetches" or "serves")
        {
            shares.Add(await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store));
        }
        else
        {
            shares.Add(await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000))));
            accepting = what is "accepts" ? (await pair.NextInvitationAsync()).AcceptAsync(pair.Store) : null;
        }

        await AskedAsync();
        await time.DriveAsync((ofBob ? pair.Bob : pair.Alice).DisposeAsync().AsTask());
        if (accepting is not null)
        {
            await time.DriveAsync(Task.WhenAny(accepting));
            Assert.That(accepting.Exception?.InnerException, Is.InstanceOf<ImageShareException>());
        }

        await time.DriveAsync(Task.WhenAll(shares.Select(s => s.Completion)));
        Assert.That(shares.Select(s => s.Completion.Result.IsCompleted), Is.All.False);
        Assert.That(pair.Inbox.EnumerateFileSystemInfos("*", SearchOption.AllDirectories), Is.Empty);
        await time.DriveAsync(pair.DisposeAsync().AsTask());
        Assert.That(() => time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [TestCase(1)]
    [TestCase(3)]
    [Category("TLS-016")]
    public async Task A_share_that_is_cancelled_while_its_relay_is_asked_invites_nobody(int count)
    {
        await using SharePair pair = await StartAsync(true, false);
        _relay.Refusal = string.Empty;
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Named([.. Enumerable.Range(1, count).Select(i => TestImage.Png(100, i))]));
        await AskedAsync();
        await Task.WhenAll(outgoing.Select(s => s.CancelAsync())).WaitAsync(SharePair.Patience);
        ImageShareResult[] results = await ResultsAsync(outgoing);
        Assert.That(results.Select(r => r.State), Is.All.EqualTo(ImageShareState.Cancelled));
        Assert.That(pair.SipSent(), Has.None.StartsWith("INVITE"));
    }

    // Until an AUTH with credentials is there, to which the relay says nothing.
    private Task AskedAsync() => _relay.Silent.Task.WaitAsync(SharePair.Patience);

    private static SharedImage[] Named(byte[][] images) => [.. images.Select((image, i) => new SharedImage(SharePair.Image(image, $"{i}.png")))];

    private static async Task<List<ImageShareSession>> AcceptAsync(SharePair pair, int count)
    {
        List<ImageShareInvitation> invitations = [];
        while (invitations.Count < count)
        {
            invitations.Add(await pair.NextInvitationAsync());
        }

        return [.. await Task.WhenAll(invitations.Select(invitation => invitation.AcceptAsync(pair.Store))).WaitAsync(SharePair.Patience)];
    }

    private static Task<ImageShareResult[]> ResultsAsync(IEnumerable<ImageShareSession> sessions) =>
        Task.WhenAll(sessions.Select(session => session.Completion)).WaitAsync(SharePair.Patience);

    private static async Task MovesAsync(ImageShareSession session)
    {
        var moves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.ProgressChanged += (_, _) => moves.TrySetResult();
        if (session.Progress.Bytes == 0)
        {
            await moves.Task.WaitAsync(SharePair.Patience);
        }
    }

    private Task<SharePair> StartAsync(
        bool ofAlice, bool ofBob, Func<ImageShareOptions, ImageShareOptions>? alice = null, Func<ImageShareOptions, ImageShareOptions>? bob = null)
    {
        ImageShareOptions Of(ImageShareOptions options, bool isRelayed) => options with
        {
            MsrpSecurity = MsrpSecurity.Offered,
            MsrpTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] },
            MsrpRelays = isRelayed ? [_relay.AsRelay()] : [],
        };
        return SharePair.StartAsync(_network, o => (alice ?? (static x => x))(Of(o, ofAlice)), o => (bob ?? (static x => x))(Of(o, ofBob)));
    }
}
