using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class MsrpOutgoingContentTests
{
    private static readonly MediaType Png = new("image", "png");

    [Test]
    public void Says_what_is_wrong_with_it()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new MsrpOutgoingContent(null!, 1, Nothing), Throws.ArgumentNullException);
            Assert.That(() => new MsrpOutgoingContent(Png, -1, Nothing), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new MsrpOutgoingContent(Png, 1, null!), Throws.ArgumentNullException);
            Assert.That(() => MsrpOutgoingContent.FromStream(Png, null!, 1), Throws.ArgumentNullException);
            Assert.That(() => new MsrpOutgoingContent(Png, 0, Nothing) { MaxUnanswered = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        });

        static ValueTask<int> Nothing(Memory<byte> memory, CancellationToken cancellationToken) => ValueTask.FromResult(0);
    }

    [Test]
    public void Is_sent_in_chunks_that_need_not_be_interruptible_unless_it_says_otherwise()
    {
        MsrpOutgoingContent content = MsrpOutgoingContent.FromMemory(Png, new byte[5]);
        Assert.That(
            (content.ChunkSize, content.MaxUnanswered, content.MaxBytesPerSecond, content.Length, content with { MaxUnanswered = 1 } is { MaxUnanswered: 1 }),
            Is.EqualTo((2048L, int.MaxValue, (long?)null, 5L, true)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_file_is_read_from_where_it_stands(bool isAsync)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.bin");
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose | (isAsync ? FileOptions.Asynchronous : FileOptions.None));
        await file.WriteAsync("0123456789"u8.ToArray());
        file.Position = 4;
        MsrpOutgoingContent content = MsrpOutgoingContent.FromStream(Png, file, 6);
        byte[] read = new byte[4];
        ValueTask<int> reading = content.Read(read, CancellationToken.None);
        Assert.That(isAsync || reading.IsCompletedSuccessfully, Is.True, "without keeping another thread waiting");
        Assert.That(await reading, Is.EqualTo(4));
        Assert.That(read, Is.EqualTo("4567"u8.ToArray()));
        Assert.That(async () => await content.Read(read, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(file.Position, Is.EqualTo(8), "nothing more was read");
    }
}
