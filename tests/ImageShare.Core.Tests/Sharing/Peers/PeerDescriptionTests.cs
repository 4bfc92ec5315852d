using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Peers;

/// <summary>Offers and answers as other stacks write them, each in a whole share.</summary>
[TestFixture]
public sealed class PeerDescriptionTests
{
    private const string Session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    private const string Media = "m=message {port} TCP/MSRP *\r\nc=IN IP4 127.0.0.1\r\n";
    private const string Ir79Selector = "a=file-selector:name:\"a.png type:image/png type:image/png size:3000\r\n";
    private static readonly byte[] Image = TestImage.Png(3_000);

    // The session part apart, what each writes; the transfer id, which is echoed as it came; and what is said of who connects.
    private static IEnumerable<TestCaseData> Offers()
    {
        yield return Case(
            "rcsjta: id and disposition first, a session-level c=, a space before the types, port 9 of who will not be connected to",
            Session + "c=IN IP4 127.0.0.1\r\nm=message 9 TCP/MSRP *\r\na=accept-types: image/png\r\na=file-transfer-id:CSh1290000000000\r\na=file-disposition:render\r\n"
            + "a=file-selector:name:\"a.png\" type:image/png size:3000\r\na=max-size:5000000\r\na=setup:active\r\na=path:msrp://127.0.0.1:9/1290000000000;tcp\r\na=sendonly\r\n",
            "CSh1290000000000",
            "passive");
        yield return Case(
            "sipsimple: any type, a UUID, attributes of its own, no disposition",
            Session + Media + "a=path:{path}\r\na=sendonly\r\na=accept-types:*\r\na=accept-wrapped-types:*\r\na=setup:active\r\n"
            + "a=file-selector:name:\"a.png\" type:image/png size:3000\r\na=file-transfer-id:1c1e1f2a-0b0b-4c4c-8d8d-aaaabbbbcccc\r\na=x-file-offset:0\r\n",
            "1c1e1f2a-0b0b-4c4c-8d8d-aaaabbbbcccc",
            "passive");
        yield return Case(
            "Boghe: c= twice, a date without quotes, an icon that is not there, a session id of digits",
            Session + "c=IN IP4 127.0.0.1\r\n" + Media + "a=path:msrp://127.0.0.1:{port}/935215625;tcp\r\na=connection:new\r\na=setup:actpass\r\na=accept-types:message/CPIM application/octet-stream\r\na=sendonly\r\n"
            + "a=file-selector:name:\"a.png\" type:image/png size:3000\r\na=file-transfer-id:2052643868\r\na=file-disposition:attachment\r\na=file-date:creation:2010-02-13T17:50:31.763Z\r\na=file-icon:cid:test@doubango.org\r\n",
            "2052643868",
            "passive");
        yield return Case(
            "Mercuro: selector before path, types that leave out the image's, nothing of who connects",
            Session + "c=IN IP4 127.0.0.1\r\n" + Media + "a=file-selector:name:\"a.png\" type:image/png size:3000\r\na=file-transfer-id:vscxggbwkfnqduxwfnfozvsrtkjprepg\r\na=path:{path}\r\na=accept-types:text/plain message/cpim\r\n"
            + "a=accept-wrapped-types:*\r\na=file-disposition:render\r\na=file-icon:cid:test@mercuro.net\r\na=sendonly\r\n",
            "vscxggbwkfnqduxwfnfozvsrtkjprepg",
            null);
        yield return Case(
            "msrp-node: a time and a random number for an id, a space behind the types",
            Session + Media + "a=accept-types:image/png \r\na=path:{path}\r\na=setup:actpass\r\na=sendonly\r\na=file-disposition:render\r\n"
            + "a=file-selector:name:\"a.png\" type:image/png size:3000\r\na=file-transfer-id:3847291837.k3x9q\r\n",
            "3847291837.k3x9q",
            "passive");

        static TestCaseData Case(string name, string offer, string id, string? setup) => new TestCaseData(offer, id, setup).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Offers))]
    public async Task An_offer_as_a_peer_writes_it_is_taken(string offer, string id, string? setup)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        offer = Fill(offer, phone);
        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "peer", offer);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        ImageShareSession session = await invitation.AcceptAsync(pair.Store);
        string accepted = await inviting;
        Assert.Multiple(() =>
        {
            Assert.That((invitation.Image.Name, invitation.Image.Type?.ToString(), invitation.Image.Size, invitation.Icon is null), Is.EqualTo(("a.png", "image/png", 3000L, true)));
            Assert.That(RawPhone.Line(accepted, "a=file-transfer-id:"), Is.EqualTo(id));
            Assert.That(accepted.Split("\r\n").SingleOrDefault(static l => l.StartsWith("a=setup:", StringComparison.Ordinal))?["a=setup:".Length..], Is.EqualTo(setup));
        });
        (RawMsrpPeer peer, MsrpUri bob) = await phone.DialAsync(accepted);
        await using (peer)
        {
            await peer.SendAsync(
                $"MSRP a1b2c3d4 SEND\r\nTo-Path: {bob}\r\nFrom-Path: {RawPhone.Line(offer, "a=path:")}\r\nMessage-ID: 5555555\r\nByte-Range: 1-*/{Image.Length}\r\nContent-Type: image/png\r\n\r\n{Encoding.Latin1.GetString(Image)}\r\n-------a1b2c3d4$\r\n");
            Assert.That((await peer.ReadAsync())!.ToString(), Is.EqualTo("a1b2c3d4 200"));
            await phone.ByeAsync(pair.Bob.Address, "peer", accepted);
            Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        }

        Assert.That(File.ReadAllBytes(pair.Inbox.GetFiles().Single().FullName), Is.EqualTo(Image));
    }

    private static IEnumerable<TestCaseData> Answers()
    {
        yield return Case("the printed example of IR.79: a quote that is not closed and the type twice", Media + "a=recvonly\r\na=path:{path}\r\na=accept-types:*\r\n" + Ir79Selector);
        yield return Case("sipsimple: passive to every offer, any type", Media + "a=path:{path}\r\na=recvonly\r\na=accept-types:*\r\na=accept-wrapped-types:*\r\na=setup:passive\r\n");
        yield return Case("rcsjta: no word of who connects, types and size of its own", Media + "a=accept-types:image/png\r\na=max-size:5000000\r\na=path:{path}\r\na=recvonly\r\n");
        yield return Case("sipsorcery: a space behind the types", Media + "a=accept-types:image/png \r\na=path:{path}\r\na=setup:passive\r\na=recvonly\r\n");
        yield return Case("Doubango to a passive offer: the first type alone", Media + "a=path:{path}\r\na=connection:new\r\na=setup:passive\r\na=accept-types:image/jpeg\r\na=recvonly\r\n");
        yield return Case("Doubango to an offer without a=setup: actpass, which is no answer", Media + "a=path:{path}\r\na=setup:actpass\r\na=accept-types:image/png\r\na=recvonly\r\n");
        yield return Case("a direction before the path, and none after it", Media + "a=recvonly\r\na=path:{path}\r\n");

        static TestCaseData Case(string name, string media) => new TestCaseData(Session + media).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Answers))]
    public async Task An_answer_as_a_peer_writes_it_gets_the_image(string answer)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { Transport = SipTransportChoice.Udp });
        await using var phone = new RawPhone(network);
        ImageShareSession session = await pair.Alice.ShareAsync(phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), "200 OK", Fill(answer, phone));
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        using var received = new MemoryStream();
        RawMsrpPeer.Message chunk;
        do
        {
            chunk = (await peer.ReadAsync())!;
            received.Write(chunk.Body);
            await peer.AnswerAsync(chunk, 200, chunk.To.Last);
        }
        while (!chunk.HasBody || chunk.Continuation != '$');

        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That(received.ToArray(), Is.EqualTo(Image));
    }

    private static string Fill(string description, RawPhone phone) => description
        .Replace("{port}", $"{phone.MsrpPort}", StringComparison.Ordinal).Replace("{path}", phone.Path, StringComparison.Ordinal);
}
