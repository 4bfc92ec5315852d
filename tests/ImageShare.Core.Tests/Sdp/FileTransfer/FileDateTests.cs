using System.Text;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Tests.Sdp.FileTransfer;

[TestFixture]
public sealed class FileDateTests
{
    private static readonly DateTimeOffset May = new(2006, 5, 15, 15, 1, 31, TimeSpan.FromHours(3));

    [Test]
    [Category("FT-019")]
    public void Writes_quoted_dates_with_numeric_zones() => Assert.Multiple(() =>
    {
        var seed = new DateTimeOffset(2008, 10, 15, 10, 40, 46, 405, TimeSpan.Zero);
        Assert.That(new FileDate { Created = seed }.ToString(), Is.EqualTo("creation:\"Wed, 15 Oct 2008 10:40:46 +0000\""));
        Assert.That(new FileDate { Created = seed }.ToString(FileDateStyle.Iso8601), Is.EqualTo("creation:2008-10-15T10:40:46.405Z"));
        Assert.That(
            new FileDate { Read = May, Modified = May.ToOffset(new TimeSpan(-3, -30, 0)), Created = May }.ToString(),
            Is.EqualTo("creation:\"Mon, 15 May 2006 15:01:31 +0300\" modification:\"Mon, 15 May 2006 08:31:31 -0330\" read:\"Mon, 15 May 2006 15:01:31 +0300\""));
        Assert.That(new FileDate { Created = May }.ToString(FileDateStyle.Iso8601), Is.EqualTo("creation:2006-05-15T12:01:31.000Z"));
        Assert.That(() => new FileDate().ToString(), Throws.TypeOf<ImageShareException>());
    });

    [Test]
    [SetCulture("ar-SA")]
    [Category("FT-019")]
    public void The_culture_of_the_machine_does_not_matter() => Assert.Multiple(() =>
    {
        Assert.That(new FileDate { Created = May }.ToString(), Is.EqualTo("creation:\"Mon, 15 May 2006 15:01:31 +0300\""));
        Assert.That(Parse("creation:2006-05-15T12:01:31Z").Created, Is.EqualTo(May));
    });

    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300\"")]
    [TestCase("creation:\"Fri, 15 May 2006 15:01:31 +0300\"", Description = "the wrong day of the week")]
    [TestCase("creation:\"15 may 2006 15:01:31 +0300\"")]
    [TestCase("creation:\"Mon, 15 May 2006 12:01:31 GMT\"")]
    [TestCase("creation:\"Mon, 15 May 2006 12:01:31\"")]
    [TestCase("creation:\"Mon, 15-May-06 12:01:31 UT\"")]
    [TestCase("creation:Mon, 15 May 2006 15:01:31 +0300 read:nonsense")]
    [TestCase("creation:2006-05-15T12:01:31Z")]
    [TestCase("creation:\"2006-05-15T15:01:31.000+03:00\"")]
    [TestCase("CREATION:2006-05-15T12:01:31")]
    [TestCase("x:2001-01-01T00:00:00Z creation:2006-05-15T12:01:31Z")]
    [TestCase("creation:2006-05-15T12:01:31Z creation:2007-05-15T12:01:31Z")]
    [Category("FT-029")]
    public void Reads_the_spellings_peers_use(string text) => Assert.That(Parse(text).Created, Is.EqualTo(May));

    [Test]
    [Category("FT-029")]
    public void A_date_that_cannot_be_read_is_dropped_alone()
    {
        FileDate date = Parse("creation:\"soon\" modification:\"Mon, 15 May 2006 15:01:31 +0300\" read:\"Mon, 31 Feb 2006 15:01:31 +0300\"");
        Assert.That(date, Is.EqualTo(new FileDate { Modified = May }));
    }

    [TestCase("")]
    [TestCase("creation:")]
    [TestCase("creation:\"")]
    [TestCase("nonsense")]
    [TestCase("creation:\"Mon, 15 May 2006 25:01:31 +0300\"")]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +9900\"")]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0360\"")]
    [TestCase("creation:\"Fri, 31 Dec 9999 23:00:00 -1400\"")]
    [TestCase("creation:\"Mon, 15 May 99999999999 15:01:31 +0300\"")]
    [TestCase("creation:9999-99-99T99:99:99Z")]
    public void No_date_at_all(string text) => Assert.That(FileDate.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    private static FileDate Parse(string text)
    {
        Assert.That(FileDate.TryParse(Encoding.UTF8.GetBytes(text), out FileDate? value), Is.True);
        return value!;
    }

    // The obsolete forms of RFC 5322 §4.3, which must be read.
    [TestCase("15 Oct 08 10:40:46 EST", "2008-10-15T10:40:46-05:00")]
    [TestCase("15 Oct 2008 10:40:46 EDT", "2008-10-15T10:40:46-04:00")]
    [TestCase("15 Oct 2008 10:40:46 cst", "2008-10-15T10:40:46-06:00")]
    [TestCase("15 Oct 2008 10:40:46 CDT", "2008-10-15T10:40:46-05:00")]
    [TestCase("15 Oct 2008 10:40:46 MST", "2008-10-15T10:40:46-07:00")]
    [TestCase("15 Oct 2008 10:40:46 MDT", "2008-10-15T10:40:46-06:00")]
    [TestCase("15 Oct 2008 10:40:46 PST", "2008-10-15T10:40:46-08:00")]
    [TestCase("15 Oct 2008 10:40:46 PDT", "2008-10-15T10:40:46-07:00")]
    [TestCase("15 Oct 2008 10:40:46 A", "2008-10-15T10:40:46+00:00")]
    [TestCase("15 Oct 2008 10:40:46 CET", "2008-10-15T10:40:46+00:00")]
    [TestCase("15 Oct 106 10:40:46 GMT", "2006-10-15T10:40:46+00:00")]
    [TestCase("15 Oct 099 10:40:46 GMT", "1999-10-15T10:40:46+00:00")]
    [TestCase("15 Oct 49 10:40:46 GMT", "2049-10-15T10:40:46+00:00")]
    [TestCase("15 Oct 50 10:40:46 GMT", "1950-10-15T10:40:46+00:00")]
    [TestCase("Wed (a \\) day), 15 (of (the)) Oct 2008 10 : 40 (x): 46 +0200 (CEST)", "2008-10-15T10:40:46+02:00")]
    [TestCase("(Wed) 15(.)Oct(.)2008(.)10:40 -0330", "2008-10-15T10:40:00-03:30")]
    [Category("FT-019")]
    public void Obsolete_dates_are_read(string text, string date)
    {
        Assert.That(FileDate.TryParse(System.Text.Encoding.ASCII.GetBytes($"creation:\"{text}\""), out FileDate? value), Is.True);
        Assert.That(value!.Created, Is.EqualTo(DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.That(value.Created!.Value.Offset, Is.EqualTo(DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture).Offset));
    }

    [TestCase("15 (Oct 2008 10:40:46 GMT")]
    [TestCase("15 Oct) 2008 10:40:46 GMT")]
    [TestCase("15 Oct 2008 10:40:46 E5T")]
    [TestCase("15 Oct 2008 10:40:46 GMT+1")]
    public void What_is_no_date_even_then_is_left_out(string text) =>
        Assert.That(FileDate.TryParse(System.Text.Encoding.ASCII.GetBytes($"creation:\"{text}\""), out _), Is.False);
}
