using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>The blocks between a source and the writer loop; the test is the writer loop.</summary>
[TestFixture]
public sealed class SourceBlocksTests
{
    private const int Kibi = 1024;
    private static readonly MediaType Png = new("image", "png");

    // The budget is for four blocks; small chunks are never cut by the end of a block.
    [TestCase(10_000_000, 2048, 1024 * Kibi, 256 * Kibi)]
    [TestCase(10_000_000, 2048, 100_000_000, 256 * Kibi)]
    [TestCase(10_000_000, 2048, 64 * Kibi, 16 * Kibi)]
    [TestCase(10_000_000, 2048, 1, 8 * Kibi)]
    [TestCase(10_000_000, 2047, 64 * Kibi, 8 * 2047)]
    [TestCase(10_000_000, 2049, 64 * Kibi, 16 * Kibi)]
    [TestCase(10_000_000, long.MaxValue, 64 * Kibi, 16 * Kibi)]
    [TestCase(5_000, 2048, 64 * Kibi, 2 * 2048)]
    [TestCase(1_000, 2048, 64 * Kibi, 1_000)]
    public async Task A_block_holds_whole_small_chunks(long length, long chunkSize, long budget, int size)
    {
        SourceBlocks blocks = Create(length, chunkSize, budget);
        Task<bool> filling = blocks.FillAsync(static () => { }, CancellationToken.None);
        Assert.That(blocks.Ready.Length, Is.EqualTo(size));
        blocks.Stop();
        Assert.That(await filling.WaitAsync(RawMsrpPeer.Patience), Is.True);
    }

    [TestCase(64 * Kibi, 2)]
    [TestCase(32 * Kibi, 4)]
    public async Task It_reads_on_when_half_of_the_blocks_are_empty_or_all_of_the_smallest(long budget, int empty)
    {
        int reads = 0;
        SourceBlocks blocks = Create(10_000_000, 2048, budget, () => reads++);
        Task<bool> filling = blocks.FillAsync(static () => { }, CancellationToken.None);
        Assert.That(reads, Is.EqualTo(4));
        for (int i = 1; i < empty; i++)
        {
            blocks.Advance(blocks.Ready.Length);
        }

        // In two steps: it is the end of the block that counts.
        blocks.Advance(1);
        Assert.That(Volatile.Read(ref reads), Is.EqualTo(4), "not yet");
        blocks.Advance(blocks.Ready.Length);
        await WaitUntilAsync(() => Volatile.Read(ref reads) >= 4 + empty);
        blocks.Stop();
        Assert.That(await filling.WaitAsync(RawMsrpPeer.Patience), Is.True);
        Assert.That(reads, Is.EqualTo(4 + empty));
    }

    [Test]
    public async Task All_bytes_come_in_their_order_and_each_block_is_announced()
    {
        byte[] data = new byte[100_000];
        new Random(1).NextBytes(data);
        using var source = new MemoryStream(data);

        // Never as much as was asked for: a block is filled all the same.
        var content = new MsrpOutgoingContent(Png, data.Length, (memory, cancellationToken) => source.ReadAsync(memory[..Math.Min(memory.Length, 1000)], cancellationToken));
        var blocks = new SourceBlocks(content, 64 * Kibi);
        int announced = 0;
        Task<bool> filling = blocks.FillAsync(() => Interlocked.Increment(ref announced), CancellationToken.None);
        Assert.That((announced, blocks.Ready.Length), Is.EqualTo((4, 16 * Kibi)));
        List<byte> taken = [];
        while (taken.Count < data.Length)
        {
            await WaitUntilAsync(() => !blocks.Ready.IsEmpty);
            int count = Math.Min(blocks.Ready.Length, 777);
            taken.AddRange(blocks.Ready[..count]);
            blocks.Advance(count);
        }

        Assert.That(await filling.WaitAsync(RawMsrpPeer.Patience), Is.True);
        Assert.That(taken, Is.EqualTo(data));
        Assert.That((announced, blocks.Ready.IsEmpty), Is.EqualTo((7, true)));
        blocks.Return();
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(20_000)]
    public async Task A_source_that_ends_early_is_told_and_what_it_gave_is_there(int given)
    {
        using var source = new MemoryStream(new byte[given]);
        var blocks = new SourceBlocks(MsrpOutgoingContent.FromStream(Png, source, 30_000), 64 * Kibi);
        int announced = 0;
        Assert.That(await blocks.FillAsync(() => announced++, CancellationToken.None), Is.False);
        int left = 0;
        while (!blocks.Ready.IsEmpty)
        {
            left += blocks.Ready.Length;
            blocks.Advance(blocks.Ready.Length);
        }

        Assert.That((left, announced), Is.EqualTo((given, (given + (16 * Kibi) - 1) / (16 * Kibi))));
    }

    [Test]
    public async Task A_source_that_counts_backwards_is_at_its_end()
    {
        var blocks = new SourceBlocks(new MsrpOutgoingContent(Png, 100, static (_, _) => ValueTask.FromResult(-5)));
        Assert.That(await blocks.FillAsync(static () => { }, CancellationToken.None), Is.False);
        Assert.That(blocks.Ready.IsEmpty, Is.True);
    }

    [Test]
    public async Task After_a_stop_nothing_more_is_read()
    {
        int reads = 0;
        SourceBlocks blocks = Create(10_000_000, 2048, 64 * Kibi, () => reads++);
        blocks.Stop();
        Assert.That(await blocks.FillAsync(static () => { }, CancellationToken.None), Is.True);
        Assert.That(reads, Is.Zero);
    }

    [Test]
    public async Task A_message_without_bytes_is_not_read()
    {
        SourceBlocks blocks = Create(0, 2048, 64 * Kibi, static () => Assert.Fail("there is nothing to read"));
        Assert.That(await blocks.FillAsync(static () => { }, CancellationToken.None), Is.True);
    }

    private static SourceBlocks Create(long length, long chunkSize, long budget, Action? onRead = null) => new(
        new MsrpOutgoingContent(Png, length, (memory, _) =>
        {
            onRead?.Invoke();
            return ValueTask.FromResult(memory.Length);
        })
        {
            ChunkSize = chunkSize,
        },
        budget);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RawMsrpPeer.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
