using System.Globalization;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Peers;

/// <summary>Whole shares with peers whose MSRP was seen on the wire, with what is odd about it.</summary>
[TestFixture]
public sealed class MsrpDialectTests
{
    private static readonly byte[] Image = TestImage.Png(10_000);

    [Test]
    [Category("TLS-005")]
    public async Task Doubango_connects_before_its_200_has_come()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { Transport = SipTransportChoice.Udp });
        await using var phone = new RawPhone(network);
        ImageShareSession session = await pair.Alice.ShareAsync(phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });
        string invite = await phone.ReceiveAsync("INVITE");
        (RawMsrpPeer peer, MsrpUri alice) = await phone.DialAsync(invite);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync($"MSRP 1234567 SEND\r\nTo-Path: {alice}\r\nFrom-Path: {phone.Path}\r\nMessage-ID: 7654321\r\n-------1234567$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("1234567 200"), "it is listened before the offer leaves");

        // Neither file-selector nor file-transfer-id in its answer.
        await phone.RespondAsync(invite, "200 OK", phone.Answer("active"));
        long received = 0;
        while (received < Image.Length)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            received += chunk.Body.Length;
            await peer.SendAsync(
                $"MSRP {chunk.Id} 200 OK\r\nTo-Path: {alice}\r\nFrom-Path: {phone.Path}\r\nByte-Range: {chunk.Range}\r\n-------{chunk.Id}$\r\n"
                + $"MSRP 2345678 REPORT\r\nTo-Path: {alice}\r\nFrom-Path: {phone.Path}\r\nMessage-ID: {chunk.MessageId}\r\nByte-Range: {chunk.Range}\r\nStatus: 000 200 OK\r\n-------2345678$\r\n");
        }

        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsCompleted, Is.True, result.Message);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Doubango_sends_the_file_without_waiting_for_us_and_another_closes_before_its_BYE(bool closesFirst)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "doubango", phone.Offer($"name:\"a.png\" type:image/png size:{Image.Length}", "passive"));
        ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await inviting;
        string bob = RawPhone.Line(accepted, "a=path:");
        await using RawMsrpPeer peer = await phone.AcceptAsync();

        // Everything at once, in chunks of 2048, as octets of no type; the ids are numbers.
        int number = 1_000_000;
        for (int start = 0; start < Image.Length; start += 2048, number++)
        {
            int end = Math.Min(start + 2048, Image.Length);
            string id = number.ToString(CultureInfo.InvariantCulture);
            await peer.SendAsync(
                $"MSRP {id} SEND\r\nTo-Path: {bob}\r\nFrom-Path: {phone.Path}\r\nMessage-ID: 5555555\r\nByte-Range: {start + 1}-{end}/{Image.Length}\r\nFailure-Report: yes\r\nSuccess-Report: yes\r\n"
                + $"Content-Type: application/octet-stream\r\n\r\n{System.Text.Encoding.Latin1.GetString(Image, start, end - start)}\r\n-------{id}{(end == Image.Length ? '$' : '+')}\r\n");
        }

        List<string> said = [];
        while (said.Count < 7)
        {
            RawMsrpPeer.Message message = (await peer.ReadAsync())!;
            said.Add(message.ToString());
            if (message.Method is not null)
            {
                // To the SEND as it must, to the REPORT as it does.
                await peer.SendAsync($"MSRP {message.Id} 200 Report received\r\nTo-Path: {bob}\r\nFrom-Path: {phone.Path}\r\n-------{message.Id}$\r\n");
            }
        }

        Assert.That(said, Is.EquivalentTo(new[] { "SEND 1-0/0 0$", "1000000 200", "1000001 200", "1000002 200", "1000003 200", "1000004 200", "REPORT 1-10000/10000 0$ 200" }));
        if (closesFirst)
        {
            await peer.DisposeAsync();
        }

        await phone.ByeAsync(pair.Bob.Address, "doubango", accepted);
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsCompleted, Is.True, result.Message);
        Assert.That(File.ReadAllBytes(pair.Inbox.GetFiles().Single().FullName), Is.EqualTo(Image));
    }

    [Test]
    public async Task A_peer_that_loses_chunks_close_behind_each_other_gets_them_one_by_one()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { Transport = SipTransportChoice.Udp });
        await using var phone = new RawPhone(network);
        ImageShareSession session = await pair.Alice.ShareAsync(
            phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false, ChunkSize = 2048, MaxUnansweredChunks = 1 });
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), "200 OK", phone.Answer());
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        RawMsrpPeer.Message message;
        int chunks = 0;
        do
        {
            message = (await peer.ReadAsync())!;
            chunks += message.HasBody ? 1 : 0;
            Assert.That(message.HasBody && peer.Stream.Input.TryRead(out _), Is.False, "nothing comes before the answer");
            await peer.AnswerAsync(message, 200, message.To.Last);
        }
        while (!message.HasBody || message.Continuation != '$');

        Assert.That(chunks, Is.EqualTo(5));
        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }
}
