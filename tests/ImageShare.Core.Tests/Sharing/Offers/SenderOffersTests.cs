using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Offers;

/// <summary>A callee that is being sent an image offers something else inside the session.</summary>
[TestFixture]
public sealed class SenderOffersTests : PhoneCalleeTest
{
    private string _invite = null!;

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("FT-025")]
    [Category("SDP-009")]
    [Category("FT-011")]
    public async Task Port_0_for_the_running_image_ends_its_chunk_with_a_hash_and_the_share(string method)
    {
        // One chunk, and a clock that stands still: the limit keeps most of it back.
        ImageShareSession session = await ShareAsync(2_000_000, new ShareSettings { QueryFirst = false, ChunkSize = 4_000_000, MaxBytesPerSecond = 200_000 });
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await BoundAsync(peer);
        System.IO.Pipelines.ReadResult begun = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That(begun.Buffer.IsEmpty, Is.False);
        peer.Stream.Input.AdvanceTo(begun.Buffer.Start);
        string id = RawPhone.Line(_invite, "a=file-transfer-id:");
        string selector = RawPhone.Line(_invite, "a=file-selector:");
        string answer = await OfferAsync(_invite, method, 1, Phone.Sdp($"a=file-selector:{selector}\r\na=file-transfer-id:{id}\r\n", media: "m=message 0 TCP/MSRP *\r\n"));
        RawMsrpPeer.Message? last = null;
        while (last is not { Method: "SEND", Continuation: '#' })
        {
            last = await Time.DriveAsync(peer.ReadAsync());
            Assert.That(last, Is.Not.Null, "The connection ended before the chunk did.");
        }

        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(answer, Does.StartWith("SIP/2.0 200"));
            Assert.That(RawPhone.Line(answer, "m="), Is.EqualTo("message 0 TCP/MSRP *"));
            Assert.That(answer, Does.Contain($"a=file-transfer-id:{id}\r\n").And.Contain($"a=file-selector:{selector}\r\n"));
            Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
            Assert.That(result.Error, Is.EqualTo(ImageShareError.Cancelled));
            Assert.That(result.BytesTransferred, Is.LessThan(2_000_000));
        });
    }

    [TestCase("the same transfer", "SIP/2.0 200")]
    [TestCase("another transfer", "SIP/2.0 488")]
    [TestCase("the image wanted back", "SIP/2.0 488")]
    [Category("SDP-010")]
    public async Task Whatever_else_is_offered_the_transfer_goes_on(string offer, string status)
    {
        ImageShareSession session = await ShareAsync(100_000, new ShareSettings { QueryFirst = false });
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message first = await BoundAsync(peer);
        string id = RawPhone.Line(_invite, "a=file-transfer-id:");
        string body = Phone.Answer() + (offer == "another transfer" ? "a=file-transfer-id:other\r\n" : $"a=file-transfer-id:{id}\r\n");
        string response = await OfferAsync(_invite, "INVITE", 1, offer == "the image wanted back" ? body.Replace("recvonly", "sendonly", StringComparison.Ordinal) : body);
        Assert.That(response, Does.StartWith(status));
        if (status.EndsWith("200", StringComparison.Ordinal))
        {
            // The same again, in other bytes: word for word what was said the first time.
            string second = await OfferAsync(_invite, "INVITE", 2, body.Replace("o=- 1 1", "o=- 1 2", StringComparison.Ordinal));
            Assert.That(SdpOf(second), Is.EqualTo(SdpOf(response)));
            Assert.That(response, Does.Contain("a=sendonly\r\n").And.Contain($"a=file-transfer-id:{id}\r\n"));
        }

        Task receiving = AnswerAllAsync(peer, first);
        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.IsCompleted, Is.True, result.Message);
        await receiving.WaitAsync(SharePair.Patience);
    }

    private async Task<ImageShareSession> ShareAsync(int size, ShareSettings settings)
    {
        ImageShareSession session = await Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(size)), settings);
        _invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(_invite, "200 OK", Phone.Answer());
        await Phone.ReceiveAsync("ACK");
        return session;
    }

    // The SEND without a body that opens the session.
    private static async Task<RawMsrpPeer.Message> BoundAsync(RawMsrpPeer peer)
    {
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.AnswerAsync(first, 200, first.To.First);
        return first;
    }

    private static async Task AnswerAllAsync(RawMsrpPeer peer, RawMsrpPeer.Message first)
    {
        while (await peer.ReadAsync() is { } message)
        {
            await peer.AnswerAsync(message, 200, first.To.First);
        }
    }

    private static string SdpOf(string message) => message[message.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
}
