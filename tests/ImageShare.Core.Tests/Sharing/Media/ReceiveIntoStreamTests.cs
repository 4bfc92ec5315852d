using System.Buffers;
using System.IO.Pipelines;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Images that are received into a stream or a pipe in one call.</summary>
[TestFixture]
public sealed class ReceiveIntoStreamTests
{
    private static readonly byte[] Octets = TestImage.Png(300_000);

    [Test]
    public async Task A_stream_has_the_image_from_where_it_was_and_stays_open()
    {
        await using SharePair pair = await SharePair.StartAsync();
        using var stream = new MemoryStream();
        stream.Write("before"u8);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(stream);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((received.IsCompleted, received.IsVerified, received.Sha1), Is.EqualTo((true, true, TestImage.Sha1(Octets))), received.Message);
            Assert.That((received.Stored!.Name, received.Stored.Path, received.Stored.Size), Is.EqualTo(("cat.png", (string?)null, (long)Octets.Length)));
            Assert.That(stream.CanWrite, Is.True);
            Assert.That(stream.ToArray(), Is.EqualTo((byte[])[.. "before"u8, .. Octets]));
        });
    }

    [Test]
    public async Task A_pipe_has_the_image_and_its_reader_slows_the_sender_down()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5_000_000)));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pipe.Writer);
        ReadResult first = await pipe.Reader.ReadAtLeastAsync(20_000).AsTask().WaitAsync(SharePair.Patience);
        pipe.Reader.AdvanceTo(first.Buffer.Start);
        Assert.That((incoming.State, outgoing.Progress.Bytes < 5_000_000), Is.EqualTo((ImageShareState.Transferring, true)), "it waits for the reader");
        byte[] read = await ReadToEndAsync(pipe.Reader).WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((received.IsVerified, read.AsSpan().SequenceEqual(TestImage.Png(5_000_000))), Is.EqualTo((true, true)), received.Message);
    }

    [Test]
    public async Task The_reader_of_a_cancelled_image_is_told_that_it_is_not_whole()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5_000_000)));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pipe.Writer);
        ReadResult first = await pipe.Reader.ReadAtLeastAsync(20_000).AsTask().WaitAsync(SharePair.Patience);
        pipe.Reader.AdvanceTo(first.Buffer.Start);
        Task<ImageShareResult> cancelled = outgoing.CancelAsync();
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => ReadToEndAsync(pipe.Reader).WaitAsync(SharePair.Patience));
        await cancelled.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.That((error!.Error, received.State, received.EndedBy), Is.EqualTo((ImageShareError.Cancelled, ImageShareState.Cancelled, ImageShareEndedBy.Peer)));
    }

    [Test]
    public async Task A_reader_that_ends_early_fails_the_share_and_one_that_ends_with_the_image_does_not()
    {
        await using SharePair pair = await SharePair.StartAsync();
        foreach (bool isEarly in (bool[])[true, false])
        {
            var pipe = new Pipe();
            await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
            await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pipe.Writer);
            if (isEarly)
            {
                await pipe.Reader.CompleteAsync();
            }
            else
            {
                long left = Octets.Length;
                while (left > 0)
                {
                    ReadResult piece = await pipe.Reader.ReadAsync().AsTask().WaitAsync(SharePair.Patience);
                    left -= piece.Buffer.Length;
                    pipe.Reader.AdvanceTo(piece.Buffer.End);
                }

                await pipe.Reader.CompleteAsync();
            }

            ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
            await outgoing.Completion.WaitAsync(SharePair.Patience);
            Assert.That((received.IsCompleted, received.Error), Is.EqualTo((!isEarly, isEarly ? ImageShareError.StoreNotWritable : ImageShareError.None)), received.Message);
        }
    }

    [Test]
    public async Task A_stream_that_fails_fails_the_share()
    {
        await using SharePair pair = await SharePair.StartAsync();
        using var full = new MemoryStream(new byte[1000]);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        using var closed = new MemoryStream();
        closed.Dispose();
        await Assert.ThrowsAsync<ArgumentException>(() => invitation.AcceptAsync(closed));
        await using ImageShareSession incoming = await invitation.AcceptAsync(full);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((received.Error, received.EndedBy, sent.IsCompleted), Is.EqualTo((ImageShareError.StoreNotWritable, ImageShareEndedBy.ThisSide, false)));
    }

    [Test]
    public async Task A_pipe_is_completed_also_when_the_invitation_is_over()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await invitation.DeclineAsync();
        var pipe = new Pipe();
        ImageShareException? thrown = await Assert.ThrowsAsync<ImageShareException>(() => invitation.AcceptAsync(pipe.Writer));
        ImageShareException? read = await Assert.ThrowsAsync<ImageShareException>(() => ReadToEndAsync(pipe.Reader).WaitAsync(SharePair.Patience));
        Assert.That((thrown!.Error, ReferenceEquals(read, thrown)), Is.EqualTo((ImageShareError.InvalidState, true)));
    }

    [Test]
    public async Task The_reader_of_a_fetch_that_fails_before_the_first_byte_is_told()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var pipe = new Pipe();
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, ImageSelector.FromHash(TestImage.Sha1(Octets)), ImageStore.ToPipe(pipe.Writer));
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => ReadToEndAsync(pipe.Reader).WaitAsync(SharePair.Patience));
        Assert.That((result.IsCompleted, error!.Error), Is.EqualTo((false, ImageShareError.Cancelled)));
    }

    [Test]
    public async Task A_share_ends_though_nobody_reads_its_pipe()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5_000_000)));
        ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pipe.Writer);
        ReadResult first = await pipe.Reader.ReadAtLeastAsync(20_000).AsTask().WaitAsync(SharePair.Patience);
        pipe.Reader.AdvanceTo(first.Buffer.Start);
        ImageShareResult cancelled = await incoming.CancelAsync().WaitAsync(SharePair.Patience);
        await incoming.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(cancelled.State, Is.EqualTo(ImageShareState.Cancelled));
        await Assert.ThrowsAsync<ImageShareException>(() => ReadToEndAsync(pipe.Reader).WaitAsync(SharePair.Patience));
    }

    [Test]
    public async Task A_write_that_hangs_is_not_waited_for_and_nothing_is_written_after_it()
    {
        await using SharePair pair = await SharePair.StartAsync();
        using var stream = new HangingStream();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(stream);
        await stream.Begun.Task.WaitAsync(SharePair.Patience);
        ImageShareResult cancelled = await incoming.CancelAsync().WaitAsync(SharePair.Patience);
        stream.MayEnd.SetResult();
        await stream.Ended.Task.WaitAsync(SharePair.Patience);
        await pair.Bob.DisposeAsync();
        Assert.That((cancelled.State, stream.Writes <= 2), Is.EqualTo((ImageShareState.Cancelled, true)), "one piece, which may be in two buffers");
    }

    [Test]
    public async Task A_stream_is_written_in_large_pieces()
    {
        await using SharePair pair = await SharePair.StartAsync();
        using var stream = new HangingStream();
        stream.MayEnd.SetResult();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(stream);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((received.IsCompleted, stream.Writes <= 10), Is.EqualTo((true, true)), $"{stream.Writes} writes");
    }

    [Test]
    public async Task A_reader_that_fails_fails_the_share_with_what_it_says()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var pipe = new Pipe();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pipe.Writer);
        await pipe.Reader.CompleteAsync(new InvalidDataException("no picture"));
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((received.Error, received.Message!.Contains("no picture", StringComparison.Ordinal)), Is.EqualTo((ImageShareError.StoreNotWritable, true)), received.Message);
    }

    [Test]
    public async Task An_image_with_another_hash_never_ends_well_for_the_reader()
    {
        byte[] octets = TestImage.Png(1000);
        var pipe = new Pipe();
        IImageSink sink = await VerifyingSink.CreateAsync(ImageStore.ToPipe(pipe.Writer), new IncomingImage { Size = 1000, Hashes = [ImageHash.OfSha1(TestImage.Sha1(TestImage.Png(1000, seed: 1)))] }, CancellationToken.None);
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(octets));
        ImageShareException? mismatch = await Assert.ThrowsAsync<ImageShareException>(() => sink.CompleteAsync().AsTask());
        await Assert.ThrowsAsync<ImageShareException>(() => ReadToEndAsync(pipe.Reader));
        Assert.That(mismatch!.Error, Is.EqualTo(ImageShareError.HashMismatch));
    }

    [TestCase(500)]
    [TestCase(1500)]
    public async Task Bytes_out_of_order_are_refused(int offset)
    {
        IImageSink sink = await ImageStore.ToStream(new MemoryStream()).CreateAsync(new IncomingImage { Size = 5000 });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(new byte[1000]));
        await sink.WriteAsync(17, ReadOnlySequence<byte>.Empty);
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => sink.WriteAsync(offset, new ReadOnlySequence<byte>(new byte[10])).AsTask());
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.StoreNotWritable));
    }

    [Test]
    public async Task A_store_of_a_stream_takes_one_image()
    {
        IImageStore store = ImageStore.ToStream(new MemoryStream());
        await store.CreateAsync(new IncomingImage());
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => store.CreateAsync(new IncomingImage()).AsTask());
        Assert.That((error!.Error, store.CanResume(new IncomingImage { ResumesAt = 5 })), Is.EqualTo((ImageShareError.InvalidState, false)));
    }

    /// <summary>Its writes end only when the test says so, whatever is cancelled.</summary>
    private sealed class HangingStream : MemoryStream
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Writes { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            Begun.TrySetResult();
            await MayEnd.Task;
            Ended.TrySetResult();
        }
    }

    private static async Task<byte[]> ReadToEndAsync(PipeReader reader)
    {
        using var read = new MemoryStream();
        await reader.CopyToAsync(read);
        return read.ToArray();
    }
}
