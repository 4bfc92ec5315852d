using System.Buffers;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A store of the application that hangs or throws while a phone sends.</summary>
[TestFixture]
public sealed class HostileStoreTests : PhoneCallerTest
{
    private const string Png = "type:image/png size:10";

    [TestCase("hangs in writing")]
    [TestCase("hangs in completing")]
    [TestCase("throws in writing")]
    [TestCase("throws in completing")]
    [TestCase("throws in disposing")]
    [Category("SEC-002")]
    public async Task A_store_that_misbehaves_costs_its_image_only(string manner)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "store", Phone.Offer(Png));
        var store = new BadStore(manner);
        ImageShareSession session = await (await NextAsync()).AcceptAsync(store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
        if (manner.StartsWith("hangs", StringComparison.Ordinal))
        {
            await store.Hanging.Task.WaitAsync(SharePair.Patience);
            await Phone.ByeAsync(Bob.Address, "store", response);
        }

        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(
                manner.StartsWith("hangs", StringComparison.Ordinal) ? ImageShareError.Cancelled
                : manner == "throws in disposing" ? ImageShareError.None : ImageShareError.StoreNotWritable), result.Message);
            Assert.That(store.Overlapped, Is.False);
            Assert.That(store.Disposed, Is.EqualTo(!manner.StartsWith("hangs", StringComparison.Ordinal)), "not while it is at work");
        });
        store.Release.TrySetResult();
        await store.Disposing.Task.WaitAsync(SharePair.Patience);
    }

    private sealed class BadStore(string manner) : IImageStore, IImageSink
    {
        private int _inside;

        public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Overlapped { get; private set; }

        public bool Disposed => Disposing.Task.IsCompleted;

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken) => ValueTask.FromResult<IImageSink>(this);

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) => await BehaveAsync("writing");

        public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken)
        {
            await BehaveAsync("completing");
            return new StoredImage { Name = "x.png", Size = 10, Sha1 = new string('0', 40) };
        }

        public async ValueTask AbandonAsync() => await DisposeAsync();

        public ValueTask DisposeAsync()
        {
            Overlapped |= Volatile.Read(ref _inside) != 0;
            Disposing.TrySetResult();
            return manner == "throws in disposing" ? throw new InvalidOperationException(manner) : default;
        }

        private async Task BehaveAsync(string what)
        {
            Interlocked.Increment(ref _inside);
            try
            {
                if (manner == "hangs in " + what)
                {
                    Hanging.TrySetResult();
                    await Release.Task;
                }
                else if (manner == "throws in " + what)
                {
                    throw new NotSupportedException(manner);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
