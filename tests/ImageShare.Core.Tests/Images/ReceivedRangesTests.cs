using ImageShare.Core.Images.Stores;

namespace ImageShare.Core.Tests.Images;

/// <summary>Which bytes of an image have arrived.</summary>
[TestFixture]
[Category("FT-028")]
public sealed class ReceivedRangesTests
{
    [TestCase("", 0, true)]
    [TestCase("0+10", 10, true)]
    [TestCase("0+10 10+5", 15, true)]
    [TestCase("10+5 0+10", 15, true, Description = "the later range first")]
    [TestCase("0+10 11+5", 16, false, Description = "one byte is missing")]
    [TestCase("1+9", 10, false)]
    [TestCase("0+10 5+10", 15, true, Description = "overlap")]
    [TestCase("5+10 0+10", 15, true)]
    [TestCase("0+10 2+3", 10, true, Description = "contained in the last range")]
    [TestCase("5+10 2+3 0+2", 15, true, Description = "touches the next range")]
    [TestCase("10+5 0+5 5+5", 15, true, Description = "closes a gap exactly")]
    [TestCase("20+5 10+5 0+5 5+5 15+5", 25, true)]
    [TestCase("20+5 10+5 0+5 3+19", 25, true, Description = "covers several ranges")]
    [TestCase("20+5 10+5 0+5 5+14", 25, false, Description = "all but byte 19")]
    [TestCase("20+5 10+5 0+5 6+14", 25, false, Description = "all but byte 5")]
    [TestCase("20+5 10+5 0+30", 30, true, Description = "covers everything")]
    [TestCase("20+5 10+5 0+25", 25, true)]
    [TestCase("0+5 20+5 40+5 60+5 80+5 42+1", 85, false, Description = "contained in a middle range")]
    [TestCase("0+5 20+5 40+5 60+5 80+5 5+15 25+15 45+15 65+15", 85, true)]
    [TestCase("0+5 20+5 40+5 60+5 80+5 65+15 45+15 25+15 5+15", 85, true)]
    [TestCase("0+10 20+0", 10, true, Description = "an empty range changes nothing")]
    [TestCase("20+0", 0, true)]
    public void Ranges_are_merged_however_they_arrive(string ranges, long end, bool isContiguous)
    {
        var received = new ReceivedRanges(new IncomingImage(), long.MaxValue);
        foreach (string range in ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = range.Split('+');
            received.Add(int.Parse(parts[0], null), int.Parse(parts[1], null));
        }

        Assert.Multiple(() =>
        {
            Assert.That(received.End, Is.EqualTo(end));
            Assert.That(received.IsContiguous, Is.EqualTo(isContiguous));
            Assert.That(received.CheckComplete, isContiguous ? Throws.Nothing : Fails(ImageShareError.SizeMismatch, "in the middle"));
        });
    }

    [Test]
    public void Random_ranges_agree_with_a_list_of_bytes()
    {
        var random = new Random(5547);
        for (int round = 0; round < 500; round++)
        {
            var received = new ReceivedRanges(new IncomingImage(), long.MaxValue);
            bool[] bytes = new bool[60];
            for (int i = random.Next(1, 15); i > 0; i--)
            {
                int start = random.Next(55), length = random.Next(6);
                received.Add(start, length);
                bytes.AsSpan(start, length).Fill(true);
            }

            int end = Array.LastIndexOf(bytes, true) + 1;
            Assert.That((received.End, received.IsContiguous), Is.EqualTo((end, !bytes.AsSpan(0, end).Contains(false))), $"round {round}");
        }
    }

    [TestCase(0, 100, null)]
    [TestCase(100, 0, null)]
    [TestCase(99, 1, null)]
    [TestCase(0, 101, ImageShareError.SizeMismatch)]
    [TestCase(99, 2, ImageShareError.SizeMismatch)]
    [TestCase(101, 0, ImageShareError.SizeMismatch)]
    [TestCase(1, long.MaxValue, ImageShareError.SizeMismatch)]
    [TestCase(long.MaxValue, long.MaxValue, ImageShareError.SizeMismatch)]
    public void Nothing_beyond_the_offered_size_is_taken(long offset, long length, ImageShareError? error)
    {
        var received = new ReceivedRanges(new IncomingImage { Size = 100 }, long.MaxValue);
        Assert.That(() => received.Add(offset, length), error is { } e ? Fails(e, "more than the 100 bytes") : Throws.Nothing);
    }

    [TestCase(50, 200)]
    [TestCase(200, 50)]
    [Category("FT-027")]
    public void Nothing_beyond_the_lower_of_the_two_limits_is_taken(long ofImage, long ofStore)
    {
        var received = new ReceivedRanges(new IncomingImage { MaxSize = ofImage }, ofStore);
        Assert.Multiple(() =>
        {
            Assert.That(() => received.Add(0, 50), Throws.Nothing);
            Assert.That(() => received.Add(50, 0), Throws.Nothing);
            Assert.That(() => received.Add(0, 51), Fails(ImageShareError.TooLarge, "limit of 50 bytes"));
            Assert.That(() => received.Add(50, 1), Fails(ImageShareError.TooLarge, "limit of 50 bytes"));
            Assert.That(() => received.Add(51, 0), Fails(ImageShareError.TooLarge, "limit of 50 bytes"));
            Assert.That(received.End, Is.EqualTo(50));
        });
    }

    [Test]
    public void A_negative_offset_is_an_error_of_the_caller() =>
        Assert.That(() => new ReceivedRanges(new IncomingImage(), 10).Add(-1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_image_is_complete_at_its_offered_size_and_not_before()
    {
        var received = new ReceivedRanges(new IncomingImage { Size = 10 }, long.MaxValue);
        received.Add(0, 9);
        Assert.That(received.CheckComplete, Fails(ImageShareError.SizeMismatch, "9 bytes of the image arrived, but the offer announced 10"));
        received.Add(9, 1);
        Assert.That(received.CheckComplete, Throws.Nothing);
    }

    [Test]
    [Category("FT-033")]
    public void The_bytes_of_an_earlier_transfer_count()
    {
        ReceivedRanges received = ReceivedRanges.Before(new IncomingImage { Size = 10, ResumesAt = 4 }, long.MaxValue);
        Assert.That((received.End, received.IsContiguous), Is.EqualTo((4, true)));
        received.Add(4, 6);
        Assert.That(received.CheckComplete, Throws.Nothing);
    }

    [Test]
    [Category("SEC-001")]
    public void At_most_4096_ranges_are_tracked()
    {
        var received = new ReceivedRanges(new IncomingImage(), long.MaxValue);
        for (int i = 0; i < 4096; i++)
        {
            received.Add(2 * i, 1);
        }

        received.Add(1, 1);
        received.Add(10_000, 1);
        Assert.That(() => received.Add(20_000, 1), Fails(ImageShareError.MalformedMessage, "too many scattered pieces"));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Fails(ImageShareError error, string message) =>
        Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(error).And.Message.Contains(message);
}
