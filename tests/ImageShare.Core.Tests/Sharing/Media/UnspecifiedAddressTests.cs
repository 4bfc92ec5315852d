using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Peers that do not know their own address and write the unspecified one, as Doubango does where it finds no route: they are where they were heard from.</summary>
[TestFixture]
public sealed class UnspecifiedAddressTests
{
    private static readonly byte[] Image = TestImage.Png(3_000);

    [TestCase("0.0.0.0", "IP4")]
    [TestCase("[::]", "IP6")]
    public async Task A_callee_is_sent_to_and_dialled_where_it_was_invited(string any, string family)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { Transport = SipTransportChoice.Udp });
        await using var phone = new RawPhone(network);
        ImageShareSession session = await pair.Alice.ShareAsync(phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        string invite = await phone.ReceiveAsync("INVITE");
        string path = $"msrp://{any}:{phone.MsrpPort}/359842259;tcp";
        string answer = $"v=0\r\no=doubango 1983 678902 IN {family} {any.Trim('[', ']')}\r\ns=-\r\nc=IN {family} {any.Trim('[', ']')}\r\nt=0 0\r\nm=message {phone.MsrpPort} TCP/MSRP *\r\n"
            + $"c=IN {family} {any.Trim('[', ']')}\r\na=path:{path}\r\na=connection:new\r\na=setup:passive\r\na=accept-types:image/png\r\na=recvonly\r\n";
        string accepted = phone.Response(invite, "200 OK", answer).Replace($"Contact: <{phone.Address}>", $"Contact: <sip:dou@{any}:{phone.Address.Port};transport=udp>", StringComparison.Ordinal);
        await phone.SendAsync(Core.Sip.SipUri.Parse("sip:" + RawPhone.Header(invite, "Via").Split(' ')[1].Split(';')[0]), accepted);
        Assert.That(await phone.ReceiveAsync("ACK"), Does.StartWith($"ACK {phone.Address} SIP/2.0\r\n"));
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        RawMsrpPeer.Message chunk;
        do
        {
            chunk = (await peer.ReadAsync())!;
            Assert.That(chunk.To.ToString(), Is.EqualTo(path), "its session is named as it names it");
            await peer.AnswerAsync(chunk, 200, chunk.To.Last);
        }
        while (!chunk.HasBody || chunk.Continuation != '$');

        string bye = await phone.ReceiveAsync("BYE");
        await phone.RespondAsync(bye, "200 OK");
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    public async Task A_caller_is_sent_to_and_dialled_where_its_invitation_came_from()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string offer = phone.Offer($"name:\"a.png\" type:image/png size:{Image.Length}", "passive").Replace("msrp://127.0.0.1:", "msrp://0.0.0.0:", StringComparison.Ordinal);
        string path = RawPhone.Line(offer, "a=path:");
        string invite = phone.Request("INVITE", pair.Bob.Address, "any", body: offer)
            .Replace($"Contact: <{phone.Address}>", $"Contact: <sip:dou@0.0.0.0:{phone.Address.Port};transport=udp>", StringComparison.Ordinal);
        await phone.SendAsync(pair.Bob.Address, invite);
        ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await phone.FinishInviteAsync(pair.Bob.Address, "any");
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        RawMsrpPeer.Message opening = (await peer.ReadAsync())!;
        Assert.That(opening.To.ToString(), Is.EqualTo(path));

        // Its own requests go the same way.
        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await phone.ReceiveAsync("BYE", "any");
        Assert.That(bye, Does.StartWith($"BYE sip:dou@{phone.Address.Host}:{phone.Address.Port};transport=udp SIP/2.0\r\n"));
        await phone.RespondAsync(bye, "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
        Assert.That(accepted, Does.StartWith("SIP/2.0 200"));
    }
}
