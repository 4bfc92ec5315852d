using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>A store of the application's own: it stores, and this library verifies, whatever it says.</summary>
[TestFixture]
[Category("FT-028")]
[Category("SEC-003")]
public sealed class OwnStoreTests
{
    private static readonly byte[] Image = TestImage.Png(700_000);

    [TestCase("own")]
    [TestCase("own, behind which a folder stores something else")]
    [TestCase("memory")]
    [TestCase("folder")]
    public async Task An_octet_that_was_altered_after_the_offer_is_found_out_whatever_the_store(string kind)
    {
        await using SharePair pair = await SharePair.StartAsync();
        byte[] altered = [.. Image];
        altered[100_000] ^= 1;
        int opened = 0;
        ImageSource source = ImageSource.FromStream(() => new MemoryStream(opened++ == 0 ? Image : altered), "cat.png", new MediaType("image", "png"));
        var own = new OwnStore(kind.EndsWith("else", StringComparison.Ordinal) ? pair.Store : null);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, source);
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(kind switch { "memory" => ImageStore.InMemory(), "folder" => pair.Store, _ => own });
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.Error, Is.EqualTo(ImageShareError.HashMismatch), received.Message);
            Assert.That(received.Stored, Is.Null);
            Assert.That(sent.IsCompleted, Is.False);
            Assert.That(own.IsCompleted, Is.False, "it never got its name");
            Assert.That(own.IsAbandoned, Is.EqualTo(kind.StartsWith("own", StringComparison.Ordinal)));
            Assert.That(pair.Inbox.GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 }), Is.Empty);
        });
    }

    [Test]
    public async Task What_a_store_says_of_size_hash_and_type_is_not_asked_for()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var own = new OwnStore();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image));
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(own);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.IsVerified, Is.True, received.Message);
            Assert.That(received.Sha1, Is.EqualTo(TestImage.Sha1(Image)));
            Assert.That(received.BytesTransferred, Is.EqualTo(Image.Length));
            Assert.That(received.Stored, Is.EqualTo(new StoredImage
            {
                Name = "what",
                Path = "where",
                Size = Image.Length,
                Sha1 = TestImage.Sha1(Image),
                IsVerified = true,
                DetectedType = new MediaType("image", "png"),
                OriginalName = "said",
            }));
            Assert.That(received.Warnings, Is.Empty);
            Assert.That(own.Bytes.ToArray(), Is.EqualTo(Image));
        });
    }

    /// <summary>A store that lies as much as it can.</summary>
    private sealed class OwnStore(IImageStore? behind = null) : IImageStore, IImageSink
    {
        private IImageSink? _behind;

        public MemoryStream Bytes { get; } = new();

        public bool IsCompleted { get; private set; }

        public bool IsAbandoned { get; private set; }

        public async ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default)
        {
            // What verifies behind it would verify something else.
            _behind = behind is null ? null : await behind.CreateAsync(image with { Hashes = [] }, cancellationToken);
            return this;
        }

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Bytes.Position = offset;
            Bytes.Write(data.ToArray());
            if (_behind is not null)
            {
                await _behind.WriteAsync(offset, data, cancellationToken);
            }
        }

        public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
        {
            IsCompleted = true;
            return _behind is not null
                ? await _behind.CompleteAsync(cancellationToken)
                : new StoredImage { Name = "what", Path = "where", Size = 1, IsVerified = true, DetectedType = new MediaType("image", "gif"), OriginalName = "said" };
        }

        public async ValueTask AbandonAsync()
        {
            IsAbandoned = true;
            await (_behind?.AbandonAsync() ?? default);
        }

        public ValueTask DisposeAsync() => _behind?.DisposeAsync() ?? default;
    }
}
