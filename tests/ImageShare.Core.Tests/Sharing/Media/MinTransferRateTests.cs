using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>A peer that brings, or takes, something now and then does not hold a share for ever (<see cref="ImageShareLimits.MinTransferRate"/>).</summary>
[TestFixture]
[Category("SEC-002")]
public sealed class MinTransferRateTests : PhoneCalleeTest
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private protected override ImageShareOptions Configure(ImageShareOptions options) =>
        options with { Limits = ImageShareLimits.Default with { IdleTimeout = Idle, MinTransferRate = 64 } };

    [TestCase(40, true)]
    [TestCase(150, false)]
    public async Task What_comes_too_slowly_is_given_up(int bytesPerSecond, bool isTooSlow)
    {
        ImageShareSession fetch = await Alice.FetchAsync(
            Phone.Address, new ImageSelector { Name = "cat.png" }, ImageStore.InMemory(), new FetchSettings { QueryFirst = false });
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, "200 OK", Phone.Sdp($"a=sendonly\r\na=path:{Phone.Path}\r\na=setup:active\r\na=file-selector:type:image/png size:50000\r\n"));
        (RawMsrpPeer peer, Core.Msrp.MsrpUri alice) = await Phone.DialAsync(invite);
        await using RawMsrpPeer connection = peer;
        await peer.SendAsync(
            $"MSRP slow SEND\r\nTo-Path: {alice}\r\nFrom-Path: {Phone.Path}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/50000\r\nContent-Type: image/png\r\n\r\n");
        string piece = new('x', (int)(bytesPerSecond * Step.TotalSeconds));
        await FollowAsync(fetch, isTooSlow, () => peer.SendAsync(piece));
    }

    [TestCase(40, true)]
    [TestCase(10, false)]
    public async Task What_is_acknowledged_too_slowly_is_given_up(int secondsPerChunk, bool isTooSlow)
    {
        ImageShareSession share = await Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(100_000)), new ShareSettings { QueryFirst = false });
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        int steps = 0;
        await FollowAsync(share, isTooSlow, async () =>
        {
            if (steps++ % (secondsPerChunk / (int)Step.TotalSeconds) == 0)
            {
                RawMsrpPeer.Message send = (await peer.ReadAsync())!;
                await peer.AnswerAsync(send, 200, send.To.Last);
            }
        });
    }

    // A rate of this side's own is no fault of the peer's: what it is sent it takes at once.
    [Test]
    public async Task A_sender_that_is_slow_by_its_own_will_goes_on()
    {
        ImageShareSession share = await Alice.ShareAsync(
            Phone.Address, SharePair.Image(TestImage.Png(100_000)), new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 40 });
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer());
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Task<RawMsrpPeer.Message?> next = peer.ReadAsync();
        int answered = 0;
        await FollowAsync(share, isTooSlow: false, async () =>
        {
            while (next.IsCompleted)
            {
                RawMsrpPeer.Message send = (await next)!;
                await peer.AnswerAsync(send, 200, send.To.Last);
                answered++;
                next = peer.ReadAsync();
            }
        });
        Assert.That(answered, Is.GreaterThan(2), "it moved");
    }

    // Time goes on by steps, in each of which the peer does something.
    private async Task FollowAsync(ImageShareSession share, bool isTooSlow, Func<Task> step)
    {
        TimeSpan began = Time.Elapsed;
        while (!share.Completion.IsCompleted && share.State is not ImageShareState.Terminating && Time.Elapsed - began < Idle * 5)
        {
            try
            {
                await step();
            }
            catch (IOException) when (isTooSlow)
            {
                // Dropped in this moment.
                break;
            }

            await Time.DriveAsync(Task.Delay(Step, Time), stepSeconds: 1);
        }

        if (!isTooSlow)
        {
            Assert.That(share.State, Is.EqualTo(ImageShareState.Transferring));
            Task<ImageShareResult> cancelling = share.CancelAsync();
            await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
            await Time.DriveAsync(cancelling);
            return;
        }

        TimeSpan took = Time.Elapsed - began;
        string bye = await Time.DriveAsync(Phone.ReceiveAsync("BYE"));
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await Time.DriveAsync(share.Completion);
        Assert.Multiple(() =>
        {
            Assert.That((result.Error, result.EndedBy), Is.EqualTo((ImageShareError.TransferStalled, ImageShareEndedBy.Limit)), result.Message);
            Assert.That(RawPhone.Header(bye, "Reason"), Is.EqualTo("SIP;cause=408;text=\"Transfer Stalled\""));
            Assert.That(took, Is.InRange(Idle, (Idle * 2) + Step));
        });
    }
}
