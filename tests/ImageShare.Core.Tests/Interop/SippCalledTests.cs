using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Interop;

/// <summary>sipp is asked and invited by a whole client on real sockets. The scenarios check what the client sends.</summary>
[TestFixture]
[Category("Interop")]
public sealed class SippCalledTests
{
    private static readonly ShareSettings WithoutQuery = new() { QueryFirst = false };

    [TestCase(false)]
    [TestCase(true)]
    [Category("IS-012")]
    [Category("IS-021")]
    public async Task Its_capabilities_are_understood(bool tcp)
    {
        Tool.Sipp.Require();
        await using Sipp sipp = await Sipp.AwaitCallAsync("answer-options", tcp);
        await using ImageShareClient alice = await StartAsync(tcp);
        ImageShareCapabilities capabilities = await alice.QueryCapabilitiesAsync(Address(sipp)).WaitAsync(ChildProcess.Patience);
        await sipp.SucceedsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(capabilities.Evidence, Is.EqualTo(CapabilityEvidence.Sdp));
            Assert.That(capabilities.AcceptedTypes, Is.EqualTo(["image/jpeg", "image/png"]));
            Assert.That(capabilities.MaxSize, Is.EqualTo(100000));
        });
    }

    [TestCase("486", "Busy Here", ImageShareState.Failed, ImageShareError.Busy)]
    [TestCase("603", "Decline", ImageShareState.Declined, ImageShareError.Declined)]
    [TestCase("480", "Temporarily Unavailable", ImageShareState.Failed, ImageShareError.NoAnswer)]
    [TestCase("415", "Unsupported Media Type", ImageShareState.Failed, ImageShareError.UnacceptableOffer)]
    [Category("IS-030")]
    public async Task Its_refusal_is_acknowledged_and_says_why(string status, string reason, ImageShareState state, ImageShareError error)
    {
        Tool.Sipp.Require();
        foreach (bool tcp in (bool[])[false, true])
        {
            await using Sipp sipp = await Sipp.AwaitCallAsync("refuse-invite", tcp, ("status", status), ("reason", reason));
            await using ImageShareClient alice = await StartAsync(tcp);
            await using ImageShareSession session = await alice.ShareAsync(Address(sipp), Image(), WithoutQuery);
            ImageShareResult result = await session.Completion.WaitAsync(ChildProcess.Patience);
            await sipp.SucceedsAsync();
            Assert.That((result.State, result.Error), Is.EqualTo((state, error)), result.Message);
            Assert.That(result.Message, Does.Contain(status).And.Contain(reason));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("DLG-016")]
    public async Task An_acceptance_without_media_is_acknowledged_and_ended(bool tcp)
    {
        Tool.Sipp.Require();
        int nobody = LoopbackPorts.Free();
        await using Sipp sipp = await Sipp.AwaitCallAsync("accept-without-media", tcp, ("media", $"{nobody}"));
        await using ImageShareClient alice = await StartAsync(tcp);
        await using ImageShareSession session = await alice.ShareAsync(Address(sipp), Image(), WithoutQuery);
        ImageShareResult result = await session.Completion.WaitAsync(ChildProcess.Patience);
        await sipp.SucceedsAsync();
        Assert.That(result.State, Is.EqualTo(ImageShareState.Failed), result.Message);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.MediaNotConnected), result.Message);
        Assert.That(result.Message, Does.Contain($"127.0.0.1:{nobody}"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("DLG-013")]
    public async Task Ringing_without_end_can_be_cancelled(bool tcp)
    {
        Tool.Sipp.Require();
        await using Sipp sipp = await Sipp.AwaitCallAsync("ring-until-cancelled", tcp);
        var ringing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ImageShareClient alice = await StartAsync(tcp, message =>
        {
            if (!message.IsOutgoing && message.StartLine.StartsWith("SIP/2.0 180", StringComparison.Ordinal))
            {
                ringing.TrySetResult();
            }
        });
        await using ImageShareSession session = await alice.ShareAsync(Address(sipp), Image(), WithoutQuery);
        await ringing.Task.WaitAsync(ChildProcess.Patience);
        ImageShareResult result = await session.CancelAsync().WaitAsync(ChildProcess.Patience);
        await sipp.SucceedsAsync();
        Assert.That((result.State, result.Error), Is.EqualTo((ImageShareState.Cancelled, ImageShareError.Cancelled)), result.Message);
    }

    private static SipUri Address(Sipp sipp) => SipUri.Parse($"sip:sipp@127.0.0.1:{sipp.Port}");

    private static ImageSource Image() => SharePair.Image(TestImage.Png(1000));

    private static Task<ImageShareClient> StartAsync(bool tcp, Action<ImageShareTraceEvent>? trace = null) => ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = SipUri.Parse("sip:alice@ims.example"),
        Network = SystemNetwork.Instance,
        Transport = tcp ? SipTransportChoice.Tcp : SipTransportChoice.Udp,
        Trace = trace,
    });
}
