using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>
/// A peer has accepted, and a name in its answer takes long to be looked up (RFC 6714 §4.2): its user has answered all the same, and what the peer does meanwhile counts.
/// </summary>
[TestFixture]
[Category("TLS-012")]
public sealed class SlowLookUpTests : PhoneCalleeTest
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private SlowNames _names = null!;

    private protected override ImageShareOptions Configure(ImageShareOptions options)
    {
        _names = new SlowNames(options.Network!);
        return options with { Network = _names, UseCema = true, Limits = ImageShareLimits.Default with { AnswerTimeout = AnswerTimeout } };
    }

    [Test]
    public async Task The_answer_time_ends_with_the_answer()
    {
        ImageShareSession share = await AnswerAsync(TimeSpan.FromSeconds(50));
        Time.Advance(TimeSpan.FromSeconds(20));
        _names.Found.SetResult([IPAddress.Loopback]);
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Assert.That((await peer.ReadAsync())!.Method, Is.EqualTo("SEND"));
        Task<ImageShareResult> cancelling = share.CancelAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
        await Time.DriveAsync(cancelling);
    }

    [TestCase("SIP;cause=487;text=\"Cancelled by User\"", ImageShareState.Cancelled, ImageShareError.Cancelled)]
    [TestCase("SIP;cause=500;text=\"Image Not Stored\"", ImageShareState.Failed, ImageShareError.TransferRefused)]
    public async Task A_BYE_ends_the_share_and_the_look_up(string reason, ImageShareState state, ImageShareError error)
    {
        ImageShareSession share = await AnswerAsync(TimeSpan.Zero);
        await ByeAsync(reason);
        ImageShareResult result = await share.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.Error, result.EndedBy), Is.EqualTo((state, error, ImageShareEndedBy.Peer)), result.Message);
        await _names.GivenUp.Task.WaitAsync(SharePair.Patience);
    }

    [Test]
    public async Task A_name_that_is_never_found_ends_the_share_in_time_and_says_so()
    {
        ImageShareSession share = await AnswerAsync(TimeSpan.Zero);
        TimeSpan began = Time.Elapsed;
        string bye = await Time.DriveAsync(Phone.ReceiveAsync("BYE"));
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await Time.DriveAsync(share.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(ImageShareError.MediaNotConnected));
            Assert.That(result.Message, Does.Contain("looked up"));
            Assert.That(RawPhone.Header(bye, "Reason"), Is.EqualTo("SIP;cause=480;text=\"Media Not Connected\""));
            Assert.That(Time.Elapsed - began, Is.InRange(ImageShareLimits.Default.MsrpConnectTimeout, ImageShareLimits.Default.MsrpConnectTimeout * 1.5));
        });
        await _names.GivenUp.Task.WaitAsync(SharePair.Patience);
    }

    [Test]
    public async Task A_user_who_cancels_meanwhile_says_so_to_the_peer()
    {
        ImageShareSession share = await AnswerAsync(TimeSpan.Zero);
        Task<ImageShareResult> cancelling = share.CancelAsync();
        string bye = await Phone.ReceiveAsync("BYE");
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await cancelling.WaitAsync(SharePair.Patience);
        Assert.That(RawPhone.Header(bye, "Reason"), Is.EqualTo("SIP;cause=487;text=\"Cancelled by User\""));
        Assert.That((result.State, result.EndedBy), Is.EqualTo((ImageShareState.Cancelled, ImageShareEndedBy.User)));
        await _names.GivenUp.Task.WaitAsync(SharePair.Patience);
    }

    private string _invite = null!;

    // Rings for so long and answers; then the name in the answer is being looked up.
    private async Task<ImageShareSession> AnswerAsync(TimeSpan ringing)
    {
        ImageShareSession share = await Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(500)), new ShareSettings { QueryFirst = false });
        _invite = await Phone.ReceiveAsync("INVITE");
        var rings = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        share.StateChanged += (_, state) =>
        {
            if (state == ImageShareState.Ringing)
            {
                rings.TrySetResult();
            }
        };
        await Phone.RespondAsync(_invite, "180 Ringing");
        await rings.Task.WaitAsync(SharePair.Patience);
        Time.Advance(ringing);
        await Phone.RespondAsync(_invite, "200 OK", Phone.Answer("passive", Phone.Path.Replace("127.0.0.1", SlowNames.Slow, StringComparison.Ordinal)));
        await Phone.ReceiveAsync("ACK");
        await _names.Asked.Task.WaitAsync(SharePair.Patience);
        return share;
    }

    private async Task ByeAsync(string reason)
    {
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(_invite, "Contact").Split('<', '>')[1]);
        await Phone.SendAsync(
            alice,
            $"BYE {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bK{Guid.NewGuid():N}\r\nMax-Forwards: 70\r\n"
            + $"From: {RawPhone.Header(_invite, "To")};tag=mallory\r\nTo: {RawPhone.Header(_invite, "From")}\r\nCall-ID: {RawPhone.Header(_invite, "Call-ID")}\r\nCSeq: 1 BYE\r\n"
            + $"Reason: {reason}\r\nContent-Length: 0\r\n\r\n");
        await Phone.ReceiveAsync("SIP/2.0 200");
    }

    /// <summary>A network on which one name is looked up for as long as the test wants.</summary>
    private sealed class SlowNames(INetwork inner) : INetwork
    {
        public const string Slow = "slow.example";

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<IPAddress[]> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

        public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

        public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

        public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

        public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            if (host != Slow)
            {
                return await inner.ResolveAsync(host, cancellationToken);
            }

            Asked.TrySetResult();
            try
            {
                return await Found.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                GivenUp.TrySetResult();
                throw;
            }
        }
    }
}
