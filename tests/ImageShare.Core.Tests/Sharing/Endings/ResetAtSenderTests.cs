using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>The MSRP connection of an outgoing share is reset, in each state it can be in: only what is acknowledged to its end has arrived.</summary>
[TestFixture]
public sealed class ResetAtSenderTests : PhoneCalleeTest
{
    private static readonly byte[] Image = TestImage.Png(600_000);

    [TestCase("passive", "unbound", ImageShareError.ConnectionLost)]
    [TestCase("passive", "opened", ImageShareError.ConnectionLost)]
    [TestCase("passive", "bound", ImageShareError.ConnectionLost)]
    [TestCase("passive", "in the body", ImageShareError.ConnectionLost)]
    [TestCase("passive", "between chunks", ImageShareError.ConnectionLost)]
    [TestCase("passive", "before the last 200", ImageShareError.ConnectionLost)]
    [TestCase("passive", "after the last 200", ImageShareError.None)]
    [TestCase("active", "unbound", ImageShareError.MediaNotConnected)]
    [TestCase("active", "bound", ImageShareError.ConnectionLost)]
    [TestCase("active", "before the last 200", ImageShareError.ConnectionLost)]
    [TestCase("active", "after the last 200", ImageShareError.None)]
    [Category("MSRP-033")]
    public async Task Only_what_was_acknowledged_has_arrived(string setup, string state, ImageShareError error)
    {
        using var metrics = new CountedMetrics();
        ImageShareSession session = await Alice.ShareAsync(
            Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false, ChunkSize = state == "in the body" ? Image.Length : 50_000 });
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "200 OK", Phone.Answer(setup));
        await Phone.ReceiveAsync("ACK");
        RawMsrpPeer peer;
        if (setup == "passive")
        {
            peer = await Phone.AcceptAsync();
        }
        else
        {
            (peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(invite);
            if (state != "unbound")
            {
                await peer.SendAsync($"MSRP bind0 SEND\r\nTo-Path: {to}\r\nFrom-Path: {Phone.Path}\r\n-------bind0$\r\n");
            }
        }

        await using RawMsrpPeer closing = peer;
        await GoOnAsync(peer, state);
        string? bye = state == "after the last 200" ? await Phone.ReceiveAsync("BYE") : null;
        peer.Stream.Abort();
        Task answering = AnswerByeAsync(bye);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await Time.DriveAsync(answering);
        metrics.AssertCounted($"shares.ended direction=outgoing state={result.State} error={error}");
    }

    private async Task AnswerByeAsync(string? bye) => await Phone.RespondAsync(bye ?? await Phone.ReceiveAsync("BYE"), "200 OK");

    private static async Task GoOnAsync(RawMsrpPeer peer, string state)
    {
        if (state == "unbound")
        {
            return;
        }

        // Nothing is read any more behind what each state is: the window fills in the middle of something.
        long received = 0;
        while (received < Image.Length)
        {
            RawMsrpPeer.Message message = (await peer.ReadAsync())!;
            if (message.Method is null)
            {
                continue;
            }

            received += message.Body.Length;
            if (state is "opened")
            {
                return;
            }

            if (state == "in the body" && !message.HasBody)
            {
                // What has come of the only chunk is in the middle of it.
                await peer.AnswerAsync(message, 200, message.To.Last);
                await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(RawMsrpPeer.Patience);
                return;
            }

            if (received == Image.Length && state == "before the last 200")
            {
                return;
            }

            await peer.AnswerAsync(message, 200, message.To.Last);
            if (state == "bound" || (state == "between chunks" && received >= 100_000))
            {
                return;
            }
        }
    }
}
