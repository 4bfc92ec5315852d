using System.Runtime.CompilerServices;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>After many shares a client holds what it held before.</summary>
[TestFixture]
[Category("Load")]
public sealed class ShareLeakTests
{
    [Test]
    public async Task A_thousand_shares_leave_no_session_no_timer_and_no_memory()
    {
        var time = new ManualTimeProvider();
        ImageShareOptions Change(ImageShareOptions options) => options with { TimeProvider = time };
        SharePair pair = await SharePair.StartAsync(alice: Change, bob: Change);
        await ShareManyAsync(pair, 50);
        await ForgetAsync(time, pair);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int timers = time.ArmedTimers;
        List<WeakReference> sessions = [];
        for (int i = 0; i < 5; i++)
        {
            // More at one time would meet the bound on transactions, which SIP remembers for 32 s.
            sessions.AddRange(await ShareManyAsync(pair, 200));
            await ForgetAsync(time, pair);
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Multiple(() =>
        {
            Assert.That(sessions.Count(s => s.IsAlive), Is.LessThanOrEqualTo(2), "the last ones may still be on a stack");
            Assert.That(time.ArmedTimers, Is.LessThanOrEqualTo(timers + 20), "transactions of the last query may still be remembered; a leak would be a thousand");
            Assert.That(after - before, Is.LessThan(1_000_000));
        });
        await time.DriveAsync(pair.DisposeAsync().AsTask());
        Assert.That(() => time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task What_is_remembered_of_an_ended_share_is_not_its_image()
    {
        var time = new ManualTimeProvider();
        ImageShareOptions Change(ImageShareOptions options) => options with { TimeProvider = time };
        await using SharePair pair = await SharePair.StartAsync(alice: Change, bob: Change);
        (ImageShareSession session, WeakReference image) = await ShareOneAsync(pair);
        for (int i = 0; i < 10 && image.IsAlive; i++)
        {
            GC.Collect();
            await Task.Yield();
        }

        Assert.That(image.IsAlive, Is.False, "SIP remembers the INVITE for 32 s, and the application the session");
        GC.KeepAlive(session);
    }

    [Test]
    public async Task Two_hundred_shares_over_real_sockets_leave_no_socket()
    {
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance);
        await ShareManyAsync(pair, 10);
        int before = OpenFiles();
        await ShareManyAsync(pair, 200);
        Assert.That(OpenFiles(), Is.LessThanOrEqualTo(before + 20));
    }

    private static int OpenFiles() => Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(ImageShareSession Session, WeakReference Image)> ShareOneAsync(SharePair pair)
    {
        byte[] image = TestImage.Png(100_000);
        ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(image));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        ImageShareSession incoming = await invitation.AcceptAsync(ImageStore.InMemory());
        Assert.That((await outgoing.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        await outgoing.DisposeAsync();
        return (outgoing, new WeakReference(image));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> ShareManyAsync(SharePair pair, int count)
    {
        byte[] image = TestImage.Png(3000);
        var sessions = new List<WeakReference>();
        IImageStore store = ImageStore.InMemory();
        for (int i = 0; i < count; i++)
        {
            ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(image), new ShareSettings { QueryFirst = i % 10 == 0 });
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            if (i % 5 == 0)
            {
                await invitation.DeclineAsync();
            }
            else
            {
                ImageShareSession incoming = await invitation.AcceptAsync(store);
                Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
                sessions.Add(new WeakReference(incoming));
            }

            await outgoing.Completion.WaitAsync(SharePair.Patience);
            sessions.Add(new WeakReference(outgoing));
        }

        return sessions;
    }

    // What SIP keeps for late copies goes after its time.
    private static async Task ForgetAsync(ManualTimeProvider time, SharePair pair)
    {
        lock (pair.Sent)
        {
            pair.Sent.Clear();
            pair.Sent.TrimExcess();
        }

        for (int i = 0; i < 40; i++)
        {
            await time.DriveAsync(pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address));
            time.Advance(TimeSpan.FromSeconds(2));
        }

        lock (pair.Sent)
        {
            pair.Sent.Clear();
            pair.Sent.TrimExcess();
        }
    }
}
