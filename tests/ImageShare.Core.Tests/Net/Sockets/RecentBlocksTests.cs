using System.Buffers;
using ImageShare.Core.Net.Sockets;

namespace ImageShare.Core.Tests.Net.Sockets;

[TestFixture]
internal sealed class RecentBlocksTests
{
    [Test]
    public void The_block_given_back_last_is_given_out_first()
    {
        using var pool = new RecentBlocks(1000, kept: 3);
        IMemoryOwner<byte> one = pool.Rent(), two = pool.Rent(10), three = pool.Rent(1000);
        Assert.That(new[] { one, two, three }.Select(b => b.Memory.Length), Is.All.EqualTo(1000));
        Assert.That(one.Memory.Span.Overlaps(two.Memory.Span), Is.False);
        two.Dispose();
        three.Dispose();
        Assert.That(pool.Rent(), Is.SameAs(three));
        Assert.That(pool.Rent(), Is.SameAs(two));
    }

    [Test]
    public void No_more_than_so_many_are_kept_and_larger_ones_not_at_all()
    {
        using var pool = new RecentBlocks(1000, kept: 1);
        IMemoryOwner<byte> own = pool.Rent(), more = pool.Rent(), large = pool.Rent(5000);
        Assert.That((more.Memory.Length >= 1000, large.Memory.Length >= 5000), Is.EqualTo((true, true)));
        own.Dispose();
        more.Dispose();
        large.Dispose();
        Assert.That(pool.Rent(), Is.SameAs(own));
        using IMemoryOwner<byte> other = pool.Rent();
        Assert.That(other, Is.Not.SameAs(own));
    }

    [Test]
    public void One_that_is_lost_is_replaced()
    {
        using var pool = new RecentBlocks(1000, kept: 1);
        Lose(pool);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        IMemoryOwner<byte> block = pool.Rent();
        block.Dispose();
        Assert.That(pool.Rent(), Is.SameAs(block));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Lose(RecentBlocks pool) => pool.Rent();
    }
}
