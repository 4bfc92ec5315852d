using System.Globalization;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Whole shares that begin with the offers of peers as they were seen on the wire.</summary>
[TestFixture]
public sealed class PeerOfferTests
{
    private static readonly byte[] Image = TestImage.Png(5_000);

    // What Doubango offers when nobody tells it what the file is, and what its C# client says of every image.
    [TestCase("name:\"dusk.png\" type:application/octet-stream", "image/png")]
    [TestCase("name:\"DSC_0001.JPG\" type:application/octet-stream size:5000", "image/jpeg")]
    public async Task An_image_that_is_offered_as_octets_of_no_type_is_known_by_its_name(string selector, string type)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string path = phone.Path;
        string offer = "v=0\r\no=doubango 1983 678902 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            + $"m=message {phone.MsrpPort} TCP/MSRP *\r\nc=IN IP4 127.0.0.1\r\na=path:{path}\r\na=connection:new\r\na=setup:passive\r\na=sendonly\r\n"
            + $"a=file-selector:{selector}\r\na=file-transfer-id:2052643868\r\n";
        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "octets", offer, "Supported: 100rel\r\n");
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That(invitation.Image.Type?.ToString(), Is.EqualTo(type));
        ImageShareSession session = await invitation.AcceptAsync(pair.Store);
        string accepted = await inviting;
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        Assert.Multiple(() =>
        {
            Assert.That(RawPhone.Line(accepted, "a=file-selector:"), Is.EqualTo(selector), "as it came (RFC 5547 §8.3)");
            Assert.That(RawPhone.Line(accepted, "a=accept-types:").Split(' '), Does.Contain("application/octet-stream").And.Contain("image/png"), "for that is how it sends it");
        });
        string bob = RawPhone.Line(accepted, "a=path:");
        for (int start = 0, number = 1_000_000; start < Image.Length; start += 2048, number++)
        {
            int end = Math.Min(start + 2048, Image.Length);
            string id = number.ToString(CultureInfo.InvariantCulture);
            await peer.SendAsync(
                $"MSRP {id} SEND\r\nTo-Path: {bob}\r\nFrom-Path: {path}\r\nMessage-ID: 5555555\r\nByte-Range: {start + 1}-{end}/{Image.Length}\r\nFailure-Report: yes\r\nSuccess-Report: no\r\n"
                + $"Content-Type: application/octet-stream\r\n\r\n{Encoding.Latin1.GetString(Image, start, end - start)}\r\n-------{id}{(end == Image.Length ? '$' : '+')}\r\n");
        }

        // It hangs up when all of it is answered.
        RawMsrpPeer.Message answer;
        do
        {
            answer = (await peer.ReadAsync())!;
        }
        while (answer.Id != "1000002");

        await phone.ByeAsync(pair.Bob.Address, "octets", accepted);
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsCompleted, Is.True, result.Message);
        Assert.That(File.ReadAllBytes(pair.Inbox.GetFiles().Single().FullName), Is.EqualTo(Image));
        Assert.That(result.Warnings, type == "image/png" ? Is.Empty : Is.EqualTo(["TypeMismatch"]), "what the octets show is still compared");
    }

    [TestCase("name:\"movie.mp4\" type:application/octet-stream size:1")]
    [TestCase("name:\"png\" type:application/octet-stream size:1")]
    [TestCase("type:application/octet-stream size:1")]
    [TestCase("name:\"report.png\" type:application/pdf size:1")]
    public async Task What_neither_type_nor_name_calls_an_image_is_none(string selector)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        string refused = await phone.InviteAsync(pair.Bob.Address, "octets", phone.Offer(selector));
        Assert.That(refused, Does.StartWith("SIP/2.0 488 Not An Image\r\n"));
    }
}
