using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Images;

/// <summary>The streams an image is sent from: over memory, and over anything that must not change.</summary>
[TestFixture]
public sealed class ImageStreamTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(static i => (byte)i)];
    private static readonly MediaType Png = new("image", "png");

    [TestCase("memory")]
    [TestCase("stream")]
    [SuppressMessage("Performance", "CA1835", Justification = "Every overload is tested.")]
    public async Task A_stream_reads_in_every_way(string kind)
    {
        await using Stream stream = await OpenAsync(kind);
        byte[] buffer = new byte[20];
        Assert.Multiple(() =>
        {
            Assert.That((stream.CanRead, stream.CanSeek, stream.CanWrite), Is.EqualTo((true, true, false)));
            Assert.That(stream.Length, Is.EqualTo(100));
            Assert.That(stream.Position, Is.Zero);
        });

        Assert.That(stream.Read(buffer, 5, 10), Is.EqualTo(10));
        Assert.That(buffer, Is.EqualTo((byte[])[0, 0, 0, 0, 0, .. Content[..10], 0, 0, 0, 0, 0]));
        Assert.That(stream.Position, Is.EqualTo(10));
        Assert.That(stream.Read(buffer.AsSpan(0, 3)), Is.EqualTo(3));
        Assert.That(buffer[..3], Is.EqualTo(Content[10..13]));
        Assert.That(await stream.ReadAsync(buffer, 1, 4, CancellationToken.None), Is.EqualTo(4));
        Assert.That(buffer[1..5], Is.EqualTo(Content[13..17]));
        Assert.That(await stream.ReadAsync(buffer.AsMemory(0, 3)), Is.EqualTo(3));
        Assert.That(buffer[..3], Is.EqualTo(Content[17..20]));
        Assert.That(stream.Position, Is.EqualTo(20));
        stream.Position = 90;
        Assert.That(stream.ReadByte(), Is.EqualTo(90));
        Assert.That(stream.Read(buffer, 0, 20), Is.EqualTo(9));
        Assert.That(stream.Read(buffer, 0, 20), Is.Zero);
        Assert.That(stream.Position, Is.EqualTo(100));
    }

    [TestCase("memory")]
    [TestCase("stream")]
    public async Task A_stream_seeks_from_start_position_and_end(string kind)
    {
        await using Stream stream = await OpenAsync(kind);
        Assert.That(stream.Seek(50, SeekOrigin.Begin), Is.EqualTo(50));
        Assert.That(stream.ReadByte(), Is.EqualTo(50));
        Assert.That(stream.Seek(9, SeekOrigin.Current), Is.EqualTo(60));
        Assert.That(stream.ReadByte(), Is.EqualTo(60));
        Assert.That(stream.Seek(-1, SeekOrigin.End), Is.EqualTo(99));
        Assert.That(stream.ReadByte(), Is.EqualTo(99));
        Assert.That(stream.Position, Is.EqualTo(100));
    }

    [TestCase("memory")]
    [TestCase("stream")]
    public async Task A_stream_cannot_be_written_and_a_cancelled_read_reads_nothing(string kind)
    {
        await using Stream stream = await OpenAsync(kind);
        stream.Flush();
        Assert.Multiple(() =>
        {
            Assert.That(() => stream.SetLength(1), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.Write([1], 0, 1), Throws.TypeOf<NotSupportedException>());
            Assert.That(async () => await stream.ReadAsync(new byte[1], new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(stream.Position, Is.Zero);
        });
    }

    [Test]
    public async Task A_position_outside_the_image_is_refused()
    {
        await using Stream stream = new ReadOnlyMemoryStream(Content);
        stream.Position = 100;
        Assert.Multiple(() =>
        {
            Assert.That(() => stream.Position = 101, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => stream.Position = -1, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => stream.Seek(1, SeekOrigin.End), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(stream.Position, Is.EqualTo(100));
        });
    }

    [TestCase(99)]
    [TestCase(101)]
    [Category("FT-008")]
    public void A_stream_of_another_length_than_described_fails_at_its_end(int length)
    {
        using var stream = new UnchangedStream(new MemoryStream(new byte[length]), 100, () => { }, () => new InvalidOperationException("changed"));
        Assert.That(stream.Read(new byte[50]), Is.EqualTo(50));
        Assert.That(stream.Read([]), Is.Zero, "reading nothing is not the end");
        Assert.That(
            () =>
            {
                _ = stream.Read(new byte[51]);
                _ = stream.Read(new byte[51]);
            },
            Throws.InvalidOperationException.With.Message.EqualTo("changed"));
    }

    [Test]
    [Category("FT-008")]
    public void A_change_is_looked_for_only_when_the_last_byte_is_delivered()
    {
        int looks = 0;
        using var stream = new UnchangedStream(new MemoryStream(Content), 100, () => looks++, () => new InvalidOperationException());
        Assert.That(stream.Read(new byte[99]), Is.EqualTo(99));
        Assert.That(looks, Is.Zero);
        Assert.That(stream.Read(new byte[1]), Is.EqualTo(1));
        Assert.That(looks, Is.EqualTo(1));
    }

    [Test]
    public async Task The_stream_below_is_closed_with_the_one_above([Values] bool asynchronously)
    {
        var below = new MemoryStream(Content);
        var stream = new UnchangedStream(below, 100, () => { }, () => new InvalidOperationException());
        if (asynchronously)
        {
            await stream.DisposeAsync();
        }
        else
        {
            stream.Dispose();
        }

        Assert.That(below.CanRead, Is.False);
    }

    [Test]
    [Category("FT-008")]
    public async Task The_stream_of_a_changed_image_is_closed_at_once()
    {
        using var folder = new Folder();
        string path = folder.File("a.png", Content);
        ImageSource source = ImageSource.FromFile(path);
        ImageDescription description = await source.DescribeAsync();
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        Assert.That(() => source.OpenRead(description), Throws.TypeOf<ImageShareException>().With.Message.Contains("'a.png' changed while it was being shared"));
        Assert.That(() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing, "nobody has it open");
    }

    [Test]
    public async Task An_image_whose_stream_gives_a_byte_at_a_time_is_recognized_and_hashed()
    {
        byte[] png = TestImage.Png(1000);
        ImageDescription description = await ImageSource.FromStream(() => new OneByteStream(png), "x.gif", Png).DescribeAsync();
        Assert.That(description.Sha1, Is.EqualTo(TestImage.Sha1(png)));
        Assert.That(description.Size, Is.EqualTo(1000));
    }

    private static async Task<Stream> OpenAsync(string kind)
    {
        ImageSource source = kind == "memory" ? ImageSource.FromBytes(Content, "a.png", Png) : ImageSource.FromStream(() => new MemoryStream(Content), "a.png", Png);
        return kind == "memory" ? new ReadOnlyMemoryStream(Content) : source.OpenRead(await source.DescribeAsync());
    }

    private sealed class OneByteStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
