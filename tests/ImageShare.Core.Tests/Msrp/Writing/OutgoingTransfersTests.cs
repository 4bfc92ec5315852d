using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Tests.Msrp.Transfers;

namespace ImageShare.Core.Tests.Msrp.Writing;

/// <summary>The messages of one connection: what of which leaves with a flush. Their lengths tell them apart.</summary>
[TestFixture]
public sealed class OutgoingTransfersTests : TransferTest
{
    private OutgoingTransfers _all = null!;

    [SetUp]
    public void Reset() => _all = new OutgoingTransfers(Writer, Time);

    [TearDown]
    public void Release() => _all.Dispose();

    [Test]
    [Category("MSRP-041")]
    public void One_that_may_not_send_yet_does_not_interrupt_the_large_chunk_of_another()
    {
        Add(10_000, 2048, 20_480);
        Assert.That(Flush(), Is.EqualTo("1-2048/10000:2048+"), "its bucket of 1024 bytes is overdrawn");
        Add(100_000, long.MaxValue, null);
        Assert.That(Flush(), Is.Empty, "a chunk has begun");
        Time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.That(Flush(), Is.Empty, "it goes on");
        Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.That(Flush(), Does.Match(@"^1-\*/100000:\d+\+ 2049-4096/10000:2048\+$"), "now the other may send");
        Assert.That(Flush(10), Does.Match(@"^\d+-\*/100000:\d+\$$"), "once");
    }

    [Test]
    [Category("MSRP-011")]
    public void One_that_is_cancelled_while_it_rests_is_ended_at_once()
    {
        OutgoingTransfer slow = Add(10_000, 2048, 1);
        Assert.That(Flush(), Is.EqualTo("1-2048/10000:2048+"));
        Assert.That(Flush(), Is.Empty);
        slow.Stop(TransferStop.Cancelled);
        Assert.That(Flush(), Is.EqualTo("2049-4096/10000:2048#"));
        Assert.That(ResultOf(slow).Outcome, Is.EqualTo(MsrpSendOutcome.Aborted));
    }

    [Test]
    public void Throttled_ones_keep_to_their_rates_side_by_side()
    {
        Add(5_000, 1000, 10_000);
        Add(6_000, 1000, 20_000);
        Flush();
        Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.That(Flush(), Is.EqualTo("1001-2000/6000:1000+"), "its bucket held as much as the first chunk");
        Time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.That(Flush(), Is.EqualTo("2001-3000/6000:1000+ 1001-2000/5000:1000+"));
        Time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.That(Flush(), Is.EqualTo("3001-4000/6000:1000+"));
    }

    [Test]
    public void A_flush_is_no_longer_than_it_should_be_however_many_chunks_it_takes()
    {
        Add(200_000, 100, null);
        Flush();
        Assert.That(Last, Is.InRange(20_000, 20_400));
    }

    // How many bytes the last flush had.
    private long Last { get; set; }

    private OutgoingTransfer Add(int length, long chunkSize, long? rate)
    {
        OutgoingTransfer transfer = Begin(Content(length, chunkSize) with { MaxBytesPerSecond = rate });
        _all.Add(transfer);
        return transfer;
    }

    // What the writer loop does, so often; the chunks that ended with it.
    private string Flush(int times = 1)
    {
        string chunks = string.Empty;
        for (int i = 0; i < times; i++)
        {
            _all.Write(Output, 20_000);
            Last = Output.UnflushedBytes;
            chunks += Read();
            _all.Flushed(Time.GetTimestamp());
        }

        return chunks;
    }
}
