using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Images;

/// <summary>Octets are gathered while those before are hashed and written: what holds when the disk is slow, fails late, or is left in the middle.</summary>
[TestFixture]
public sealed class SlowDiskTests
{
    private const int Piece = DirectoryImageSink.BufferLength;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Folder _folder = null!;
    private SlowFile _file = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder()
    {
        _file.Open();
        _folder.Dispose();
    }

    [Test]
    [Category("FT-028")]
    public async Task Three_buffers_are_gathered_while_one_is_written_and_then_the_sender_waits()
    {
        byte[] content = Content((Piece * 9) + 1000);
        IImageSink sink = await CreateAsync(content.Length, content);
        await WriteAsync(sink, content, 0, Piece);
        await _file.Entered.WaitAsync(Patience);
        await WriteAsync(sink, content, Piece, (3 * Piece) - 1);
        Task full = WriteAsync(sink, content, (4 * Piece) - 1, 1);
        Assert.That(full.IsCompleted, Is.False, "all buffers are full");
        _file.Open();
        await full.WaitAsync(Patience);
        await WriteAsync(sink, content, 4 * Piece, content.Length - (4 * Piece));
        StoredImage stored = await sink.CompleteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(stored.IsVerified, Is.True);
            Assert.That(File.ReadAllBytes(stored.Path!), Is.EqualTo(content));
            Assert.That(_file.Offsets, Is.Ordered, "in the order they came");
            Assert.That(_file.Most, Is.EqualTo(1), "one at a time");
        });
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_failure_behind_the_callers_back_is_told_by_the_next_call()
    {
        IImageSink sink = await CreateAsync(Piece * 2);
        _file.Failure = new IOException("full", 28);
        await WriteAsync(sink, new byte[Piece * 2], 0, Piece);
        _file.Open();
        await Assert.ThatAsync(
            async () => await sink.CompleteAsync(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.DiskFull));
        await sink.DisposeAsync();
        Assert.That(_folder.Names, Is.Empty);
        Assert.That(_file.IsDisposed, Is.True);
    }

    [Test]
    [Category("SEC-003")]
    public async Task Giving_up_in_the_middle_of_a_write_leaves_nothing_once_the_disk_lets_go()
    {
        IImageSink sink = await CreateAsync(Piece * 4);
        await WriteAsync(sink, new byte[Piece], 0, Piece);
        await _file.Entered.WaitAsync(Patience);
        Task giving = sink.AbandonAsync().AsTask();
        Assert.That(giving.IsCompleted, Is.False);
        Assert.That(_file.IsDisposed, Is.False, "it is being written to");
        await Assert.ThatAsync(async () => await sink.WriteAsync(Piece, new ReadOnlySequence<byte>(new byte[1])), Throws.TypeOf<ImageShareException>());
        _file.Open();
        await giving.WaitAsync(Patience);
        await sink.DisposeAsync();
        Assert.That(_folder.Names, Is.Empty);
        Assert.That(_file.IsDisposed, Is.True);
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_cancelled_wait_for_the_disk_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        IImageSink sink = await CreateAsync(Piece * 5);
        await WriteAsync(sink, new byte[Piece * 3], 0, Piece * 3);
        await _file.Entered.WaitAsync(Patience);
        Task waiting = sink.WriteAsync(Piece * 3, new ReadOnlySequence<byte>(new byte[Piece]), cancel.Token).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => waiting.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        _file.Open();
        await sink.DisposeAsync();
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    [Category("SEC-003")]
    public async Task Giving_up_at_any_moment_leaves_nothing()
    {
        for (int round = 0; round < 50; round++)
        {
            IImageSink sink = await CreateAsync(Piece * 3);
            _file.Open();

            // The write goes on behind our back, or has not begun, or is over.
            await WriteAsync(sink, new byte[Piece * 3], 0, (Piece * (1 + (round % 2))) + 100);
            await sink.DisposeAsync();
            Assert.That(_folder.Names, Is.Empty);
            Assert.That(_file.IsDisposed, Is.True);
        }
    }

    [Test]
    [Category("SEC-003")]
    public async Task Giving_up_while_a_write_waits_for_the_disk_ends_the_write_and_leaves_nothing()
    {
        IImageSink sink = await CreateAsync(Piece * 5);
        await WriteAsync(sink, new byte[Piece * 3], 0, Piece * 3);
        await _file.Entered.WaitAsync(Patience);
        Task waiting = sink.WriteAsync(Piece * 3, new ReadOnlySequence<byte>(new byte[Piece]), CancellationToken.None).AsTask();
        Task giving = sink.AbandonAsync().AsTask();
        _file.Open();
        await Assert.ThatAsync(() => waiting.WaitAsync(Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
        await giving.WaitAsync(Patience);
        Assert.That(_folder.Names, Is.Empty);
        Assert.That(_file.Offsets, Has.Count.EqualTo(1), "what waited is not written any more");
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_failure_ends_the_wait_for_the_disk()
    {
        IImageSink sink = await CreateAsync(Piece * 5);
        _file.Failure = new IOException("full", 28);
        await WriteAsync(sink, new byte[Piece * 3], 0, Piece * 3);
        await _file.Entered.WaitAsync(Patience);
        Task waiting = sink.WriteAsync(Piece * 3, new ReadOnlySequence<byte>(new byte[Piece]), CancellationToken.None).AsTask();
        _file.Open();
        await Assert.ThatAsync(
            () => waiting.WaitAsync(Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.DiskFull));
        await sink.DisposeAsync();
        Assert.That(_folder.Names, Is.Empty);
        Assert.That(_file.IsDisposed, Is.True);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("SEC-003")]
    public async Task A_cancelled_transfer_on_a_failing_disk_was_cancelled_and_nothing_of_it_is_kept(bool isWhole)
    {
        using var cancel = new CancellationTokenSource();
        byte[] content = Content(Piece * 3);
        IImageSink sink = await CreateAsync(content.Length, content, keepPartials: true);
        await WriteAsync(sink, content, 0, isWhole ? content.Length : Piece * 2);
        await _file.Entered.WaitAsync(Patience);
        Task pending = isWhole
            ? sink.CompleteAsync(cancel.Token).AsTask()
            : sink.WriteAsync(Piece * 2, new ReadOnlySequence<byte>(content.AsMemory(Piece * 2, Piece - 1)), cancel.Token).AsTask();
        _file.Failure = new IOException("full", 28);
        await cancel.CancelAsync();
        _file.Open();
        if (!isWhole)
        {
            pending = sink.WriteAsync((Piece * 3) - 1, new ReadOnlySequence<byte>(new byte[1]), cancel.Token).AsTask();
        }

        await Assert.ThatAsync(() => pending.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        await sink.DisposeAsync();
        Assert.That(_folder.Names, Is.Empty);
        Assert.That(_file.IsDisposed, Is.True);
    }

    [Test]
    [Category("SEC-003")]
    public async Task A_file_that_cannot_be_closed_behind_a_write_fails_whoever_gives_up()
    {
        IImageSink sink = await CreateAsync(Piece * 4);
        await WriteAsync(sink, new byte[Piece], 0, Piece);
        await _file.Entered.WaitAsync(Patience);
        _file.CloseFailure = new IOException("The disk is gone.");
        Task giving = sink.AbandonAsync().AsTask();
        _file.Open();
        await Assert.ThatAsync(() => giving.WaitAsync(Patience), Throws.Exception);
    }

    [Test]
    public void Many_images_at_a_time_get_smaller_buffers_and_one_alone_no_larger_ones_than_it_fills()
    {
        var buffers = new SinkBuffers();
        Assert.That(buffers.Take(20_000), Is.EqualTo(20_000));
        Assert.That(buffers.Take(null), Is.EqualTo(Piece));
        for (int i = 0; i < 997; i++)
        {
            buffers.Take(null);
        }

        Assert.That(buffers.Take(null), Is.EqualTo(8 * 1024 * 1024 / 1000));
        for (int i = 0; i < 1000; i++)
        {
            buffers.Return();
        }

        Assert.That(buffers.Take(null), Is.EqualTo(Piece));
    }

    private static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    private static async Task WriteAsync(IImageSink sink, byte[] content, int offset, int length)
    {
        foreach (ReadOnlyMemory<byte> piece in Segments.Cut(content.AsMemory(offset, length), 2048))
        {
            await sink.WriteAsync(offset, new ReadOnlySequence<byte>(piece));
            offset += piece.Length;
        }
    }

    private ValueTask<IImageSink> CreateAsync(int size, byte[]? content = null, bool keepPartials = false)
    {
        var store = new DirectoryImageStore(_folder.Path, path => _file = new SlowFile(PartialFile.Create(path)), new DirectoryStoreOptions { KeepPartials = keepPartials });
        return store.CreateAsync(new IncomingImage
        {
            SuggestedName = "cat.jpg",
            Size = size,
            Sender = "sip:alice@ims.example",
            Hashes = content is null ? [] : [new ImageHash("sha-1", [.. SHA1.HashData(content)])],
        });
    }

    /// <summary>A disk that writes only when it is told to.</summary>
    private sealed class SlowFile(IPartialFile inner) : IPartialFile
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;

        public Task Entered => _entered.Task;

        public ConcurrentQueue<long> Offsets { get; } = new();

        public int Most { get; private set; }

        public Exception? Failure { get; set; }

        public Exception? CloseFailure { get; set; }

        public bool IsDisposed { get; private set; }

        public void Open() => _gate.Set();

        public void Write(long offset, ReadOnlySpan<byte> octets)
        {
            Most = Math.Max(Most, Interlocked.Increment(ref _inside));
            _entered.TrySetResult();
            Assert.That(_gate.Wait(Patience), Is.True);
            Offsets.Enqueue(offset);
            if (Failure is not null)
            {
                throw Failure;
            }

            inner.Write(offset, octets);
            Interlocked.Decrement(ref _inside);
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(offset, buffer, cancellationToken);

        public void FlushToDisk() => inner.FlushToDisk();

        public void Dispose()
        {
            IsDisposed = true;
            inner.Dispose();
            if (CloseFailure is not null)
            {
                throw CloseFailure;
            }
        }
    }
}
