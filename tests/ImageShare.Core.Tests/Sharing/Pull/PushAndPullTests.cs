using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>A caller that sends one image and asks for another in one offer (RFC 5547 §8.2.3).</summary>
[TestFixture]
[Parallelizable]
public sealed class PushAndPullTests
{
    private const string Call = "call";

    private static readonly byte[] Cat = TestImage.Png(1000);

    private readonly InMemoryNetwork _network = new();
    private Folder _folder = null!;
    private ImageShareClient _bob = null!;
    private RawPhone _phone = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new Folder();
        _folder.File("cat.png", Cat);
        _phone = new RawPhone(_network);
        _bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = _network,
            Catalogue = ImageCatalogue.FromDirectory(_folder.Path),
        });
    }

    [TearDown]
    public async Task Stop()
    {
        await _bob.DisposeAsync();
        await _phone.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    [Category("FT-043")]
    [Category("FT-037")]
    public async Task Each_goes_its_own_way_in_one_session(bool pullIsFirst, bool pullEndsFirst)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, Offer(pullIsFirst, "cat.png"));
        ImageShareInvitation invitation = await NextAsync();
        Assert.That((invitation.Image.Name, invitation.SameSession.Count), Is.EqualTo(("x.png", 1)), "nobody is asked about what is fetched");
        Assert.That(calling.IsCompleted, Is.False, "one answer, and it waits for the user");
        await using ImageShareSession incoming = await invitation.AcceptAsync(ImageStore.InMemory());
        string response = await calling;
        await using ImageShareSession served = await ServedAsync();
        (string pull, string push) = Sections(response, pullIsFirst);
        Assert.Multiple(() =>
        {
            Assert.That(response, Does.StartWith("SIP/2.0 200"));
            Assert.That(pull, Does.Contain("a=sendonly\r\n").And.Contain("a=file-transfer-id:pull\r\n").And.Contain("hash:sha-1:"));
            Assert.That(push, Does.Contain("a=recvonly\r\n").And.Contain("a=file-transfer-id:push\r\n"));
            Assert.That(RawPhone.Line(pull, "a=path:"), Is.Not.EqualTo(RawPhone.Line(push, "a=path:")));
            Assert.That((incoming.IsOutgoing, served.IsOutgoing), Is.EqualTo((false, true)));
        });

        (RawMsrpPeer puller, MsrpUri from) = await _phone.DialAsync(pull);
        await using RawMsrpPeer closing = puller;
        await puller.SendAsync(from, "bind", string.Empty, null, '$');
        Assert.That(await puller.ReadLineAsync(), Is.EqualTo("bind 200"));
        (RawMsrpPeer pusher, MsrpUri to) = await _phone.DialAsync(push);
        await using RawMsrpPeer closingToo = pusher;
        foreach (bool isPull in (bool[])[pullEndsFirst, !pullEndsFirst])
        {
            if (isPull)
            {
                RawMsrpPeer.Message send = (await puller.ReadAsync())!;
                Assert.That(send.Body, Is.EqualTo(Cat));
                await puller.AnswerAsync(send, 200, send.To.First);
            }
            else
            {
                await pusher.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
                Assert.That(await pusher.ReadLineAsync(), Is.EqualTo("whole 200"), $"{incoming.State} {(incoming.Completion.IsCompleted ? incoming.Completion.Result.Message : null)} {to} {push}");
            }

            if (isPull == pullEndsFirst)
            {
                // The other one goes on: this one is done without any BYE.
                Assert.That((await (isPull ? served : incoming).Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
            }
        }

        if (pullEndsFirst)
        {
            // Who sent the last image ends the session.
            await _phone.SendAsync(_bob.Address, _phone.Request("BYE", _bob.Address, Call, RawPhone.TagOf(response), 9));
        }
        else
        {
            await _phone.RespondAsync(await _phone.ReceiveAsync("BYE", Call), "200 OK");
        }

        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await served.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("FT-043")]
    public async Task What_is_declined_leaves_the_one_that_is_fetched(bool pullIsFirst)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, Offer(pullIsFirst, "cat.png"));
        await (await NextAsync()).DeclineAsync().WaitAsync(SharePair.Patience);
        string response = await calling;
        (string pull, string push) = Sections(response, pullIsFirst);
        Assert.That(response, Does.StartWith("SIP/2.0 200"));
        Assert.That(pull, Does.Contain("a=sendonly\r\n").And.Not.StartWith(" 0 "));
        Assert.That(push, Does.StartWith(" 0 "));
        await using ImageShareSession served = await ServedAsync();
        await _phone.SendAsync(_bob.Address, _phone.Request("BYE", _bob.Address, Call, RawPhone.TagOf(response), 9));
        await served.Completion.WaitAsync(SharePair.Patience);
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("FT-043")]
    public async Task What_is_not_there_leaves_the_one_that_is_sent(bool pullIsFirst)
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, Offer(pullIsFirst, "dog.png"));
        await using ImageShareSession incoming = await (await NextAsync()).AcceptAsync(ImageStore.InMemory());
        string response = await calling;
        (string pull, string push) = Sections(response, pullIsFirst);
        Assert.That(pull, Does.StartWith(" 0 "));
        Assert.That(push, Does.Contain("a=recvonly\r\n").And.Not.StartWith(" 0 "));
        await _phone.SendAsync(_bob.Address, _phone.Request("BYE", _bob.Address, Call, RawPhone.TagOf(response), 9));
        await incoming.Completion.WaitAsync(SharePair.Patience);
    }

    [Test]
    [Category("FT-043")]
    public async Task When_neither_is_taken_the_user_decided()
    {
        Task<string> calling = _phone.InviteAsync(_bob.Address, Call, Offer(pullIsFirst: true, "dog.png"));
        await (await NextAsync()).DeclineAsync().WaitAsync(SharePair.Patience);
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    private string Offer(bool pullIsFirst, string wanted)
    {
        string media = $"m=message {_phone.MsrpPort} TCP/MSRP *\r\n";
        string pull = $"a=recvonly\r\na=accept-types:*\r\na=path:{_phone.Path.Replace("aaaa", "cccc", StringComparison.Ordinal)}\r\na=setup:active\r\n"
            + $"a=file-selector:name:\"{wanted}\"\r\na=file-transfer-id:pull\r\n";
        string push = $"a=sendonly\r\na=accept-types:*\r\na=path:{_phone.Path}\r\na=setup:active\r\n"
            + "a=file-selector:name:\"x.png\" type:image/png size:10\r\na=file-transfer-id:push\r\n";
        return pullIsFirst ? _phone.Sdp(pull + media + push) : _phone.Sdp(push + media + pull);
    }

    private static (string Pull, string Push) Sections(string response, bool pullIsFirst)
    {
        string[] sections = response.Split("m=message");
        Assert.That(sections, Has.Length.EqualTo(3), response);
        return pullIsFirst ? (sections[1], sections[2]) : (sections[2], sections[1]);
    }

    private async Task<ImageShareSession> ServedAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareSession> served = _bob.Serving.GetAsyncEnumerator(patience.Token);
        Assert.That(await served.MoveNextAsync(), Is.True);
        return served.Current;
    }

    private async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await using IAsyncEnumerator<ImageShareInvitation> invitations = _bob.Invitations.GetAsyncEnumerator(patience.Token);
        Assert.That(await invitations.MoveNextAsync(), Is.True);
        return invitations.Current;
    }
}
