using System.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Wrapped images through two whole clients: large ones, many at once, and into a store that stands still.</summary>
[TestFixture]
[Category("Load")]
[Category("MSRP-047")]
public sealed class WrappedLoadTests
{
    private const int AtOnce = 100;
    private const long MebiByte = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [TestCase(WrappedPair.Cpim)]
    [TestCase(WrappedPair.Multipart)]
    [Category("SEC-001")]
    public async Task A_hundred_megabytes_pass_over_loopback_in_memory_that_does_not_grow(string type)
    {
        await using WrappedPair pair = await WrappedPair.StartAsync(SystemNetwork.Instance, type, 1600);
        await pair.ShareAsync(new WrappedPair.Store(static _ => Task.CompletedTask), Patience);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        await CompletesAsync(pair, new WrappedPair.Store(static _ => Task.CompletedTask));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        // Once more, looking at what is alive every ten megabytes.
        long next = 0, most = 0;
        await CompletesAsync(pair, new WrappedPair.Store(octets =>
        {
            if (octets >= next)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
                next += 10 * MebiByte;
            }

            return Task.CompletedTask;
        }));
        TestContext.Out.WriteLine($"{type}: {seconds:0.00} s, {allocated / MebiByte} MiB allocated, {(most - before) / 1024} KiB more in use at most");
        Assert.That(most - before, Is.LessThan(4 * MebiByte));
    }

    [TestCase(WrappedPair.Cpim)]
    [TestCase(WrappedPair.Multipart)]
    [Category("SEC-001")]
    public async Task A_hundred_at_once_block_no_thread_and_all_complete(string type)
    {
        await using WrappedPair pair = await WrappedPair.StartAsync(SystemNetwork.Instance, type, 64, AtOnce);
        await pair.ShareAsync(new WrappedPair.Store(static _ => Task.CompletedTask), Patience);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var allStand = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int standing = 0;
        pair.Middle = gate.Task;
        long start = Stopwatch.GetTimestamp();
        Task all = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ =>
        {
            bool stands = false;
            return CompletesAsync(pair, new WrappedPair.Store(octets =>
            {
                if (!stands && octets >= pair.ImageLength / 4)
                {
                    stands = true;
                    if (Interlocked.Increment(ref standing) == AtOnce)
                    {
                        allStand.SetResult();
                    }
                }

                return Task.CompletedTask;
            }));
        }));
        await Task.WhenAny(allStand.Task, all).WaitAsync(Patience);
        ThreadPool.GetMaxThreads(out int threads, out _);
        ThreadPool.GetAvailableThreads(out int idle, out _);
        long inUse = GC.GetTotalMemory(forceFullCollection: true) - before;
        double stood = Stopwatch.GetElapsedTime(start).TotalSeconds;
        gate.SetResult();
        await all;
        TestContext.Out.WriteLine(
            $"{type}: {standing} stood in the middle after {stood:0.00} s with {threads - idle} threads at work and {inUse / 1024 / AtOnce} KiB each; all had completed after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
        Assert.Multiple(() =>
        {
            Assert.That(standing, Is.EqualTo(AtOnce), "all at the same time");
            Assert.That(threads - idle, Is.LessThan(AtOnce / 4));
            Assert.That(inUse, Is.LessThan(AtOnce * 3 * MebiByte / 2), "what a sender has on the way, and no more");
        });
    }

    [TestCase(WrappedPair.Cpim)]
    [TestCase(WrappedPair.Multipart)]
    [Category("SEC-001")]
    public async Task A_store_that_stands_still_stops_the_sender(string type)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stands = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var network = new InMemoryNetwork();
        await using WrappedPair pair = await WrappedPair.StartAsync(network, type, 480);
        Task share = CompletesAsync(pair, new WrappedPair.Store(octets =>
        {
            if (octets < 2 * MebiByte)
            {
                return Task.CompletedTask;
            }

            stands.TrySetResult();
            return gate.Task;
        }));
        await stands.Task.WaitAsync(SharePair.Patience);

        // As much as it would have left to send goes elsewhere meanwhile.
        await using WrappedPair other = await WrappedPair.StartAsync(new InMemoryNetwork(), type, 480);
        await CompletesAsync(other, new WrappedPair.Store(static _ => Task.CompletedTask));
        long taken = pair.Sending!.Taken;
        bool hasEnded = share.IsCompleted;
        TestContext.Out.WriteLine($"{type}: {taken / 1024} KiB taken of {pair.ImageLength / 1024}");
        gate.SetResult();
        Assert.That(hasEnded, Is.False);
        Assert.That(taken, Is.InRange(2 * MebiByte, 4 * MebiByte));
        await share;
    }

    private static async Task CompletesAsync(WrappedPair pair, WrappedPair.Store store)
    {
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(store, Patience);
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsVerified, Is.True, received.Message);
        Assert.That(received.BytesTransferred, Is.EqualTo(pair.ImageLength));
    }
}
