using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Tests.Msrp.Framing;

[TestFixture]
public sealed class MessageAssemblyTests
{
    private const AssemblyVerdict Good = AssemblyVerdict.Good;
    private const AssemblyVerdict Complete = AssemblyVerdict.Complete;
    private const AssemblyVerdict Aborted = AssemblyVerdict.Aborted;
    private const AssemblyVerdict TooLarge = AssemblyVerdict.TooLarge;
    private const AssemblyVerdict TooScattered = AssemblyVerdict.TooScattered;
    private const AssemblyVerdict Inconsistent = AssemblyVerdict.Inconsistent;

    [TestCase("1-10/30 10+ 11-20/30 10+ 21-30/30 10$", Complete, 30, TestName = "In_order")]
    [TestCase("21-30/30 10$ 1-10/30 10+ 11-20/30 10+", Complete, 30, TestName = "The_last_chunk_first")]
    [TestCase("11-20/30 10+ 21-30/30 10$ 1-10/30 10+", Complete, 30, TestName = "The_first_chunk_last")]
    [TestCase("1-10/20 10+ 1-10/20 10+ 11-20/20 10$", Complete, 20, TestName = "A_chunk_twice")]
    [TestCase("1-15/20 15+ 11-20/20 10$", Complete, 20, TestName = "Chunks_that_overlap")]
    [TestCase("1-10/30 10+ 21-30/30 10$", Good, 30, TestName = "A_gap_never_completes")]
    [TestCase("1-*/* 5$", Complete, 5, TestName = "Nothing_known_beforehand")]
    [TestCase("1-0/0 0$", Complete, 0, TestName = "An_empty_message")]
    [TestCase("1-20/20 20+ 21-20/20 0$", Complete, 20, TestName = "The_end_alone")]
    [TestCase("1-*/1000 1000$", Complete, 1000, TestName = "As_much_as_is_taken")]
    [TestCase("6-*/* 5$ 1-*/* 5+", Complete, 10, TestName = "Up_to_the_end_that_is_known")]
    [Category("MSRP-019")]
    public void Is_complete_when_every_octet_is_there(string chunks, object verdict, long total) => Check(chunks, (AssemblyVerdict)verdict, total);

    [TestCase("1-1000/20 20$", Complete, 20, TestName = "The_end_lies_upwards")]
    [TestCase("1-2/20 20$", Complete, 20, TestName = "The_end_lies_downwards")]
    [TestCase("1-20/20 15+ 16-20/20 5$", Complete, 20, TestName = "A_chunk_shorter_than_its_range")]
    [TestCase("1-20/20 15$", Complete, 15, TestName = "The_last_chunk_is_shorter_than_announced")]
    [Category("MSRP-017")]
    [Category("MSRP-018")]
    public void The_data_counts_and_not_the_range_end(string chunks, object verdict, long total) => Check(chunks, (AssemblyVerdict)verdict, total);

    [TestCase("4611686018427387904-*/* 1+", TooLarge, TestName = "A_start_far_out")]
    [TestCase("1-*/1001 1+", TooLarge, TestName = "A_total_above_the_limit")]
    [TestCase("1-*/9223372036854775807 1+", TooLarge, TestName = "A_total_beyond_reason")]
    [TestCase("1002-*/* 1+", TooLarge, TestName = "A_start_behind_the_limit")]
    [TestCase("22-*/20 1+", TooLarge, TestName = "A_start_behind_the_total")]
    [TestCase("1-*/* 1001+", TooLarge, TestName = "More_octets_than_the_limit")]
    [TestCase("1-20/20 21$", TooLarge, TestName = "More_octets_than_announced")]
    [TestCase("11-*/* 10$ 11-*/* 11+", TooLarge, TestName = "Octets_behind_the_end")]
    [TestCase("6-*/* 5$ 12-*/* 0+", TooLarge, TestName = "A_start_behind_the_end")]
    [TestCase("301-*/* 1+", TooScattered, TestName = "A_jump_too_far_ahead_of_what_has_come")]
    [TestCase("1-*/20 5+ 6-*/21 5+", Inconsistent, TestName = "A_total_that_changes")]
    [TestCase("6-*/* 15$ 6-*/* 10$", Inconsistent, TestName = "Two_ends")]
    [TestCase("11-*/* 10+ 1-*/* 5$", Inconsistent, TestName = "An_end_before_octets_that_have_come")]
    [TestCase("1-*/* 1+ 3-*/* 1+ 5-*/* 1+ 7-*/* 1+ 9-*/* 1+", TooScattered, TestName = "Too_many_gaps")]
    [Category("MSRP-020")]
    public void Absurd_chunks_are_refused(string chunks, object verdict) => Check(chunks, (AssemblyVerdict)verdict, null);

    [TestCase("300-*/* 1+", TestName = "As_far_ahead_as_is_taken")]
    [TestCase("1-*/* 1+ 301-*/* 1+", TestName = "As_far_ahead_of_what_has_come")]
    [TestCase("1-*/* 1+ 3-*/* 1+ 5-*/* 1+ 7-*/* 1+", TestName = "As_many_gaps_as_are_taken")]
    [TestCase("1-*/20 5+ 6-*/* 5+ 11-*/20 5+", TestName = "A_total_that_is_not_said_again")]
    [TestCase("6-*/* 5$ 6-*/* 5$", TestName = "The_same_end_twice")]
    [Category("MSRP-020")]
    public void What_is_just_within_the_limits_is_taken(string chunks) => Check(chunks, Good, null);

    [Test]
    [Category("MSRP-017")]
    public void A_chunk_has_its_true_range_and_the_total_its_end_says()
    {
        var assembly = new MessageAssembly(1000, MsrpLimits.Default);
        assembly.BeginChunk(new ByteRange(6, 99, 20));
        assembly.TakeData(7, out _);
        Assert.That(assembly.ChunkRange, Is.EqualTo(new ByteRange(6, 12, 20)));
        assembly.EndChunk(MsrpContinuation.Complete);
        Assert.That((assembly.ChunkRange, assembly.Total, assembly.Received), Is.EqualTo((new ByteRange(6, 12, 12), (long?)12, 7L)));
        assembly.BeginChunk(null);
        assembly.TakeData(5, out long offset);
        Assert.That((assembly.ChunkRange, offset, assembly.Received), Is.EqualTo((new ByteRange(1, 5, 12), 0L, 7L)), "without a range it begins at the first byte");
        Assert.That(assembly.EndChunk(MsrpContinuation.More), Is.EqualTo(Complete));
    }

    [Test]
    [Category("MSRP-021")]
    public void The_sender_may_give_up() => Check("1-*/20 5+ 6-*/20 3#", Aborted, null);

    private static void Check(string chunks, AssemblyVerdict expected, long? total)
    {
        var assembly = new MessageAssembly(1000, new MsrpLimits { MaxReorderBytes = 299, MaxGaps = 4 });
        AssemblyVerdict verdict = Good;
        string[] parts = chunks.Split(' ');
        for (int i = 0; i < parts.Length; i += 2)
        {
            Assert.That(verdict, Is.EqualTo(Good), "only the last chunk decides");
            Assert.That(ByteRange.TryParse(System.Text.Encoding.ASCII.GetBytes(parts[i]), out ByteRange range), Is.True);
            verdict = assembly.BeginChunk(range);
            if (verdict != Good)
            {
                continue;
            }

            // In two slices, as a decoder may deliver them.
            long length = long.Parse(parts[i + 1][..^1], System.Globalization.CultureInfo.InvariantCulture);
            verdict = assembly.TakeData(length / 2, out long first);
            Assert.That(first, Is.EqualTo(range.Start - 1));
            if (verdict == Good)
            {
                verdict = assembly.TakeData(length - (length / 2), out long second);
                Assert.That(second, Is.EqualTo(first + (length / 2)));
            }

            if (verdict == Good)
            {
                Assert.That(MsrpContinuationSign.TryParse((byte)parts[i + 1][^1], out MsrpContinuation continuation), Is.True);
                verdict = assembly.EndChunk(continuation);
            }
        }

        Assert.That(verdict, Is.EqualTo(expected));
        if (total is not null)
        {
            Assert.That(assembly.Total, Is.EqualTo(total));
        }
    }
}
