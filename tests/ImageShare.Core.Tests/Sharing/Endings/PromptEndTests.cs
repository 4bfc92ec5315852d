using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>
/// A user who cancels, or whose time is over, has the result at once, whatever the peer does; what RFC 3261 §9.1 and §15 ask for goes on behind it.
/// </summary>
[TestFixture]
public sealed class PromptEndTests : PhoneCalleeTest
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(0.5);

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { Limits = options.Limits with { AnswerTimeout = AnswerTime } };

    [Test]
    [Category("DLG-014")]
    public async Task Cancelled_before_anything_came_the_CANCEL_waits_for_it_and_the_user_does_not()
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        ImageShareResult result = await session.CancelAsync().WaitAsync(SharePair.Patience);
        Assert.That((result.State, session.State), Is.EqualTo((ImageShareState.Cancelled, ImageShareState.Cancelled)));

        // Seconds later the phone wakes up.
        await PassAsync(5);
        await Phone.RespondAsync(invite, "180 Ringing");
        string cancel = await Phone.ReceiveAsync("CANCEL");
        await Phone.RespondAsync(cancel, "200 OK");
        await Phone.RespondAsync(invite, "487 Request Terminated");
        await Phone.ReceiveAsync("ACK");
    }

    [TestCase("100 Trying")]
    [TestCase("180 Ringing")]
    [Category("DLG-014")]
    public async Task Cancelled_at_a_peer_that_fell_silent_the_result_is_there_at_once(string provisional)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, provisional);
        await HeardAsync(session, provisional);
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await Phone.ReceiveAsync("CANCEL");
        Time.Advance(AtOnce);
        ImageShareResult result = await cancelling.WaitAsync(SharePair.Patience);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), "no more time has passed");

        // An answer that crossed the CANCEL is acknowledged and ended, with nobody there to wait for it.
        await PassAsync(3);
        await Phone.RespondAsync(invite, "200 OK", Phone.Sdp("m=message 9999 TCP/MSRP *\r\na=recvonly\r\na=path:msrp://127.0.0.1:9999/aaaabbbbccccdddd;tcp\r\n", media: string.Empty));
        await Phone.ReceiveAsync("ACK");
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
    }

    [TestCase("100 Trying")]
    [TestCase("180 Ringing")]
    public async Task Cancelled_at_a_peer_that_is_there_the_result_comes_with_its_answer(string provisional)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(invite, provisional);
        await HeardAsync(session, provisional);
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("CANCEL"), "200 OK");
        await Phone.RespondAsync(invite, "487 Request Terminated");
        Assert.That((await cancelling.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled), "no time has passed");
    }

    [TestCase(null, false, "There was no response")]
    [TestCase("100 Trying", false, "100 Trying")]
    [TestCase("180 Ringing", false, "did not respond to the CANCEL")]
    [TestCase("180 Ringing", true, "its user did not answer")]
    public async Task The_result_is_there_when_the_time_asked_for_is_over_and_says_what_was_heard(string? provisional, bool isThere, string message)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        if (provisional is not null)
        {
            await Phone.RespondAsync(invite, provisional);
            await HeardAsync(session, provisional);
        }

        // The clock stands at each of these moments, however long the machine takes: what is due then comes without another tick.
        Task<string> cancelled = Phone.ReceiveAsync("CANCEL");
        Time.Advance(AnswerTime - TimeSpan.FromSeconds(1) - Time.Elapsed);
        if (provisional is not null)
        {
            await cancelled.WaitAsync(SharePair.Patience);
            if (isThere)
            {
                await Phone.RespondAsync(await cancelled, "200 OK");
                await Phone.RespondAsync(invite, "487 Request Terminated");
            }
            else
            {
                Time.Advance(AnswerTime - Time.Elapsed);
            }
        }

        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.Error), Is.EqualTo((ImageShareState.Failed, ImageShareError.NoAnswer)));
        Assert.That(result.Message, Does.Contain(message));
        if (provisional is null)
        {
            // The test's phone still waits for it.
            await Phone.RespondAsync(invite, "100 Trying");
            await cancelled;
        }
    }

    [Test]
    public async Task Cancelled_in_mid_transfer_at_a_peer_that_reads_no_more_the_result_is_there_at_once()
    {
        ImageShareSession session = await ShareAsync(TestImage.Png(3_000_000));
        await using IStreamListener listener = Network.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        string path = $"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/aaaabbbbccccdddd;tcp";
        await Phone.RespondAsync(
            await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Sdp($"m=message {listener.LocalEndPoint.Port} TCP/MSRP *\r\na=recvonly\r\na=setup:passive\r\na=path:{path}\r\n", media: string.Empty));
        await Phone.ReceiveAsync("ACK");
        await using IStreamConnection mute = (await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(SharePair.Patience))!;
        await mute.Input.ReadAtLeastAsync(1).AsTask().WaitAsync(SharePair.Patience);
        List<ImageShareState> states = [];
        session.StateChanged += (_, state) => states.Add(state);
        Task<ImageShareResult> cancelling = session.CancelAsync();
        Assert.That(() => Time.NextDue, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(AtOnce).After(30_000, 1));
        Time.Advance(AtOnce);
        ImageShareResult result = await cancelling.WaitAsync(SharePair.Patience);
        Assert.That((result.State, session.State), Is.EqualTo((ImageShareState.Cancelled, ImageShareState.Cancelled)), "no more time has passed");

        // Behind it the session is still ended with BYE.
        Task<string> leaving = Phone.ReceiveAsync("BYE");
        await Time.DriveAsync(leaving);
        await Phone.RespondAsync(await leaving, "200 OK");
        await Time.DriveAsync(session.Gone);
        Assert.That(states.Where(static state => state is not ImageShareState.Transferring), Is.EqualTo(new[] { ImageShareState.Terminating, ImageShareState.Cancelled }), "told once");
    }

    [TestCase(null)]
    [TestCase("180 Ringing")]
    public async Task A_client_that_is_disposed_of_waits_for_a_silent_peer_two_seconds_at_most(string? provisional)
    {
        ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        if (provisional is not null)
        {
            await Phone.RespondAsync(invite, provisional);
            await HeardAsync(session, provisional);
        }

        TimeSpan before = Time.Elapsed;
        await Time.DriveAsync(Alice.DisposeAsync().AsTask(), stepSeconds: 0.1);
        Assert.That(Time.Elapsed - before, Is.LessThan(TimeSpan.FromSeconds(5)), "and not 32 s; how far the clock runs ahead of a busy machine is not known");
        Assert.That((await session.Completion).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task A_client_that_is_disposed_of_in_mid_transfer_waits_for_a_peer_that_is_gone_five_seconds_at_most()
    {
        ImageShareSession session = await ShareAsync(TestImage.Png(3_000_000));
        await using IStreamListener listener = Network.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        string path = $"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/aaaabbbbccccdddd;tcp";
        await Phone.RespondAsync(
            await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Sdp($"m=message {listener.LocalEndPoint.Port} TCP/MSRP *\r\na=recvonly\r\na=setup:passive\r\na=path:{path}\r\n", media: string.Empty));
        await Phone.ReceiveAsync("ACK");
        await using IStreamConnection mute = (await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(SharePair.Patience))!;
        await mute.Input.ReadAtLeastAsync(1).AsTask().WaitAsync(SharePair.Patience);
        TimeSpan before = Time.Elapsed;
        await Time.DriveAsync(Alice.DisposeAsync().AsTask(), stepSeconds: 0.1);
        Assert.That(Time.Elapsed - before, Is.LessThan(TimeSpan.FromSeconds(10)), "and not 32 s; how far the clock runs ahead of a busy machine is not known");
        Assert.That((await session.Completion).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    private Task<ImageShareSession> ShareAsync(byte[]? image = null) =>
        Alice.ShareAsync(Phone.Address, SharePair.Image(image ?? TestImage.Png(10_000)), new ShareSettings { QueryFirst = false });

    private Task PassAsync(double seconds) => Time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(seconds), Time));

    // A ringing peer shows in the state; a 100 has come when the INVITE is not repeated any more.
    private async Task HeardAsync(ImageShareSession session, string provisional)
    {
        if (provisional.StartsWith("180", StringComparison.Ordinal))
        {
            Assert.That(() => session.State, Is.EqualTo(ImageShareState.Ringing).After(30_000, 1));
        }
        else
        {
            Assert.That(() => session.IsHeard, Is.True.After(30_000, 1));
        }
    }
}
