using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

/// <summary>The buffers a thread keeps for writing.</summary>
[TestFixture]
internal sealed class ScratchWriterTests
{
    [Test]
    public void One_that_was_returned_is_used_again_and_is_empty()
    {
        ScratchWriter first = ScratchWriter.Rent();
        first.Write("abc"u8);
        first.Dispose();
        using ScratchWriter second = ScratchWriter.Rent();
        Assert.That(second, Is.SameAs(first));
        Assert.That(second.Written.Length, Is.Zero);
    }

    [Test]
    public void Those_in_use_at_the_same_time_are_different()
    {
        using ScratchWriter outer = ScratchWriter.Rent();
        outer.Write("outer"u8);
        for (int i = 0; i < 3; i++)
        {
            using ScratchWriter inner = ScratchWriter.Rent();
            inner.Write("inner"u8);
            Assert.That(inner, Is.Not.SameAs(outer));
        }

        Assert.That(outer.WrittenSpan.SequenceEqual("outer"u8), Is.True);
    }

    [Test]
    public void It_is_returned_once()
    {
        ScratchWriter writer = ScratchWriter.Rent();
        writer.Dispose();
        Assert.That(writer.Dispose, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void It_grows_and_a_thread_does_not_keep_a_long_one()
    {
        byte[] written = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)i)];
        ScratchWriter writer = ScratchWriter.Rent();
        for (int i = 0; i < written.Length; i += 999)
        {
            writer.Write(written.AsSpan(i, Math.Min(999, written.Length - i)));
        }

        Assert.That(writer.WrittenSpan.SequenceEqual(written), Is.True);
        Assert.That(writer.IsLong, Is.True);
        writer.Dispose();
        using ScratchWriter next = ScratchWriter.Rent();
        Assert.That(next, Is.Not.SameAs(writer));
    }

    [Test]
    public void More_than_a_few_are_not_kept()
    {
        ScratchWriter[] many = [.. Enumerable.Range(0, 20).Select(static _ => ScratchWriter.Rent())];
        Array.ForEach(many, static writer => writer.Dispose());
        ScratchWriter[] again = [.. Enumerable.Range(0, 20).Select(static _ => ScratchWriter.Rent())];
        Assert.That(again.Intersect(many).Count(), Is.InRange(1, 4));
        Assert.That(again.Distinct().Count(), Is.EqualTo(20));
        Array.ForEach(again, static writer => writer.Dispose());
    }
}
