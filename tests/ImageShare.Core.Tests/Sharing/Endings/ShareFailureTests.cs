using System.Buffers;
using System.Net;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>Everything a person meets when a share does not work: its own code, a message, nothing left behind.</summary>
[TestFixture]
public sealed class ShareFailureTests
{
    [Test]
    [Category("IS-015")]
    public async Task Declining_is_603_and_Declined_on_both_sides()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await invitation.DeclineAsync();
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.State, Is.EqualTo(ImageShareState.Declined));
            Assert.That(sent.Error, Is.EqualTo(ImageShareError.Declined));
            Assert.That(sent.SipStatus, Is.EqualTo(603));
            Assert.That(async () => await invitation.AcceptAsync(pair.Store), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [Test]
    [Category("IS-015")]
    [Category("IS-009")]
    public async Task A_peer_with_its_hands_full_is_busy()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Limits = o.Limits with { MaxConcurrentShares = 1 } });
        await using ImageShareSession first = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession second = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });
        ImageShareResult result = await second.Completion.WaitAsync(SharePair.Patience);
        ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        await invitation.DeclineAsync();
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(ImageShareError.Busy));
            Assert.That(result.SipStatus, Is.EqualTo(486));
            Assert.That(capabilities.SipStatus, Is.EqualTo(486), "the query is answered as an INVITE would be now");
        });
    }

    [Test]
    [Category("SEC-002")]
    [Category("DLG-013")]
    public async Task Cancelling_while_it_rings_takes_the_invitation_back()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        ImageShareResult sent = await outgoing.CancelAsync().WaitAsync(SharePair.Patience);
        var withdrawn = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = invitation.Withdrawn.Register(() => withdrawn.TrySetResult());
        await withdrawn.Task.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(pair.SipSent(), Has.Some.StartsWith("CANCEL").And.Some.StartsWith("SIP/2.0 487"));
            Assert.That(async () => await invitation.AcceptAsync(pair.Store), Throws.TypeOf<ImageShareException>());
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("SEC-002")]
    [Category("SEC-003")]
    public async Task Cancelling_in_mid_transfer_ends_both_sides_and_leaves_no_file(bool bySender)
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(2_000_000)), new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await MovesAsync(incoming);
        await (bySender ? outgoing : incoming).CancelAsync().WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((bySender ? sent : received).State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That((bySender ? received : sent).State, Is.EqualTo(ImageShareState.Cancelled), (bySender ? received : sent).Message);
            Assert.That((bySender ? received : sent).Error, Is.EqualTo(ImageShareError.Cancelled));
            Assert.That(pair.SipSent(), Has.Some.StartsWith("BYE"));
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [Test]
    [Category("FT-023")]
    public async Task A_sender_that_gives_up_ends_its_chunk_with_a_hash_before_BYE()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(2_000_000)), new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await MovesAsync(incoming);
        await outgoing.CancelAsync().WaitAsync(SharePair.Patience);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        lock (pair.Sent)
        {
            int hash = pair.Sent.FindIndex(m => m.Detail?.EndsWith('#') == true);
            int bye = pair.Sent.FindIndex(m => m.StartLine.StartsWith("BYE", StringComparison.Ordinal));
            Assert.That(hash, Is.GreaterThanOrEqualTo(0).And.LessThan(bye));
        }
    }

    [Test]
    [Category("IS-018")]
    [Category("SEC-003")]
    public async Task A_connection_lost_in_mid_transfer_fails_both_sides_with_BYE_and_leaves_no_file()
    {
        var network = new BreakableNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(2_000_000)), new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await MovesAsync(incoming);
        network.BreakAll();
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(new[] { sent.Error, received.Error }, Has.Some.EqualTo(ImageShareError.ConnectionLost));
            Assert.That(sent.IsCompleted, Is.False);
            Assert.That(received.IsCompleted, Is.False);
            Assert.That(pair.SipSent(), Has.Some.StartsWith("BYE"));
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [TestCase(ImageShareError.DiskFull)]
    [TestCase(ImageShareError.StoreNotWritable)]
    public async Task A_store_that_fails_in_mid_transfer_is_the_receiver_s_error_and_a_refusal_for_the_sender(ImageShareError error)
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(500_000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        var store = new FailingStore(error, after: 100_000);
        await using ImageShareSession incoming = await invitation.AcceptAsync(store);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.Error, Is.EqualTo(error));
            Assert.That(sent.IsCompleted, Is.False);
            Assert.That(sent.Error, Is.EqualTo(ImageShareError.TransferRefused), sent.Message);
            Assert.That(store.Abandoned, Is.True);
        });
    }

    [Test]
    public async Task An_inbox_that_cannot_be_written_is_said_before_anything_is_accepted_and_the_invitation_still_waits()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        string file = Path.Combine(pair.Inbox.FullName, "not-a-folder");
        await File.WriteAllTextAsync(file, "in the way");
        Assert.That(
            async () => await invitation.AcceptAsync(ImageStore.InDirectory(file)),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.StoreNotWritable));
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [TestCase("grown")]
    [TestCase("cut")]
    [TestCase("replaced")]
    [TestCase("deleted")]
    [Category("FT-008")]
    public async Task A_file_that_changes_while_the_peer_decides_is_not_sent(string how)
    {
        await using SharePair pair = await SharePair.StartAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-test-");
        string path = Path.Combine(folder.FullName, "cat.png");
        await File.WriteAllBytesAsync(path, TestImage.Png(50_000));
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, ImageSource.FromFile(path));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        switch (how)
        {
            case "grown":
                await File.AppendAllTextAsync(path, "more");
                break;
            case "cut":
                await File.WriteAllBytesAsync(path, TestImage.Png(10));
                break;
            case "deleted":
                File.Delete(path);
                break;
            default:
                string other = Path.Combine(folder.FullName, "other.png");
                await File.WriteAllBytesAsync(other, TestImage.Png(50_000, seed: 3));
                File.SetLastWriteTimeUtc(other, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                File.Move(other, path, overwrite: true);
                break;
        }

        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        folder.Delete(recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Error, Is.EqualTo(how == "deleted" ? ImageShareError.FileNotFound : ImageShareError.SourceUnreadable), sent.Message);
            Assert.That(sent.Message, Does.Contain("cat.png").And.Not.Contain("The content"), "it is said what happened to the file");
            Assert.That(received.IsCompleted, Is.False);
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task Images_of_one_name_that_come_at_once_all_get_their_own_and_links_in_the_inbox_are_left_alone()
    {
        await using SharePair pair = await SharePair.StartAsync();
        DirectoryInfo outside = Directory.CreateTempSubdirectory("imageshare-test-");
        string victim = Path.Combine(outside.FullName, "victim");
        File.CreateSymbolicLink(Path.Combine(pair.Inbox.FullName, "cat.png"), victim);
        Task<ImageShareResult>[] all = [.. Enumerable.Range(0, 10).Select(i => ReceiveAsync(5000 + i))];
        ImageShareResult[] results = await Task.WhenAll(all).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(r => r.IsVerified), Has.All.True);
            Assert.That(results.Select(r => new FileInfo(r.Stored!.Path!).Length).Order(), Is.EqualTo(Enumerable.Range(5000, 10)));
            Assert.That(File.Exists(victim), Is.False);
            Assert.That(pair.Inbox.GetFiles(".*"), Is.Empty);
        });
        outside.Delete(recursive: true);

        async Task<ImageShareResult> ReceiveAsync(int length)
        {
            await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(length)), new ShareSettings { QueryFirst = false });
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
            await outgoing.Completion;
            return await incoming.Completion;
        }
    }

    [Test]
    public async Task An_invitation_nobody_decides_on_ends_on_both_sides()
    {
        var time = new ManualTimeProvider();
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { TimeProvider = time, Limits = o.Limits with { AnswerTimeout = TimeSpan.FromSeconds(10) } });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        var withdrawn = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = invitation.Withdrawn.Register(() => withdrawn.TrySetResult());
        await time.DriveAsync(withdrawn.Task);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Error, Is.EqualTo(ImageShareError.NoAnswer));
            Assert.That(sent.SipStatus, Is.EqualTo(480));
        });
    }

    [Test]
    public async Task A_port_in_use_is_said_by_name()
    {
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance);
        var taken = new IPEndPoint(IPAddress.Loopback, pair.Bob.Address.Port!.Value);
        Assert.That(
            async () => await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:carol@ims.example"), LocalEndPoint = taken }),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.AddressInUse).And.Message.Contains(taken.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Disposing_a_client_in_mid_transfer_cancels_the_share_and_leaves_no_timer_behind()
    {
        var time = new ManualTimeProvider();
        SharePair pair = await SharePair.StartAsync(alice: o => o with { TimeProvider = time }, bob: o => o with { TimeProvider = time });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(TestImage.Png(2_000_000)), new ShareSettings { MaxBytesPerSecond = 100_000 });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await MovesAsync(incoming);
        await pair.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(received.IsCompleted, Is.False);
            Assert.That(() => time.ArmedTimers, Is.Zero.After(30_000, 1));
        });
    }

    private static async Task MovesAsync(ImageShareSession session)
    {
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.ProgressChanged += (_, _) => moved.TrySetResult();
        if (session.Progress.Bytes == 0)
        {
            await moved.Task.WaitAsync(SharePair.Patience);
        }
    }

    private sealed class FailingStore(ImageShareError error, long after) : IImageStore
    {
        public bool Abandoned { get; private set; }

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken) => ValueTask.FromResult<IImageSink>(new Sink(this, error, after));

        private sealed class Sink(FailingStore store, ImageShareError error, long after) : IImageSink
        {
            public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) =>
                offset >= after ? throw new ImageShareException(error, "The test's store has had enough.") : ValueTask.CompletedTask;

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("It cannot be complete.");

            public ValueTask AbandonAsync()
            {
                store.Abandoned = true;
                return ValueTask.CompletedTask;
            }

            public ValueTask DisposeAsync() => AbandonAsync();
        }
    }
}
