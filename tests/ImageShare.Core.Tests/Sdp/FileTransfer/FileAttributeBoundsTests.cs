using System.Globalization;
using System.Text;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp.FileTransfer;

/// <summary>The first and last values that dates, types, hashes and ranges of files accept.</summary>
[TestFixture]
public sealed class FileAttributeBoundsTests
{
    private const string Sha1 = "4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB";

    [TestCase("1 Jan 2006 00:00:00 +0000", "2006-01-01T00:00:00+00:00")]
    [TestCase("31 Dec 2006 23:59:59 -0059", "2006-12-31T23:59:59-00:59")]
    [TestCase("0 Jan 2006 00:00:00 +0000", null)]
    [TestCase("32 Jan 2006 00:00:00 +0000", null)]
    [TestCase("29 Feb 2008 10:00:00 +0000", "2008-02-29T10:00:00+00:00")]
    [TestCase("29 Feb 2006 10:00:00 +0000", null)]
    [TestCase("15 May 2006 24:00:00 +0000", null)]
    [TestCase("15 May 2006 10:60:00 +0000", null)]
    [TestCase("15 May 2006 10:59:60 +0000", "2006-05-15T10:59:59+00:00", Description = "a leap second")]
    [TestCase("15 May 2006 10:59:75 +0000", "2006-05-15T10:59:59+00:00")]
    [TestCase("15 May 2006 10:59 +0000", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59: +0000", null)]
    [TestCase("15 May 2006 10", null)]
    [TestCase("15 May 2006 10:", null)]
    [TestCase("15 Mai 2006 10:59:00 +0000", null)]
    [TestCase("15 May 2006 10:59:00 +1400", "2006-05-15T10:59:00+14:00")]
    [TestCase("15 May 2006 10:59:00 -1400", "2006-05-15T10:59:00-14:00")]
    [TestCase("15 May 2006 10:59:00 +1401", null)]
    [TestCase("15 May 2006 10:59:00 +1500", null)]
    [TestCase("15 May 2006 10:59:00 +0060", null)]
    [TestCase("15 May 2006 10:59:00 +00000", null)]
    [TestCase("15 May 2006 10:59:00 +000", null)]
    [TestCase("15 May 2006 10:59:00 +00x0", null)]
    [TestCase("1 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00+00:00")]
    [TestCase("1 Jan 0001 00:00:00 +0001", null)]
    [TestCase("1 Jan 0000 00:00:00 +0000", null)]
    [TestCase("31 Dec 9999 23:59:59 +0000", "9999-12-31T23:59:59+00:00")]
    [TestCase("31 Dec 9999 23:59:59 -0001", null)]
    [TestCase("1 Jan 10000 00:00:00 +0000", null)]
    [TestCase(", 15 May 2006 10:59:00 +0000", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59:00 +0000 (unclosed", null)]
    [TestCase("15 May 2006 10:59:00 +0000 (a (b) c)", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59:00 +0000 x)", null)]
    [TestCase("15 May 2006 10:59:00 est", "2006-05-15T10:59:00-05:00")]
    [TestCase("15 May 2006 10:59:00 ESX", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59:00 EXT", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59:00 XDT", "2006-05-15T10:59:00+00:00")]
    [TestCase("15 May 2006 10:59:00 ESTT", "2006-05-15T10:59:00+00:00")]
    [TestCase("2006-05-15T10:59", "2006-05-15T10:59:00+00:00")]
    [TestCase("2006-05-15 10:59:00", "2006-05-15T10:59:00+00:00")]
    [TestCase("2006-05-15t10:59:00.1234567+02:00", "2006-05-15T10:59:00+02:00")]
    [TestCase("2006-05-15T10:5", null)]
    [TestCase("2006-05-15x10:59:00", null)]
    [TestCase("2006/05/15T10:59:00", null)]
    [TestCase("2006-05/15T10:59:00", null)]
    [TestCase("2006-05-15T10:59:00                        Z", null, Description = "more than 40 bytes")]
    [Category("FT-019")]
    public void Dates_are_read_up_to_their_bounds(string text, string? date)
    {
        bool isRead = FileDate.TryParse(Encoding.ASCII.GetBytes($"creation:\"{text}\""), out FileDate? value);
        Assert.That(isRead, Is.EqualTo(date is not null));
        Assert.That(value?.Created?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), Is.EqualTo(date));
    }

    [TestCase("jan", 1)]
    [TestCase("FEB", 2)]
    [TestCase("Mar", 3)]
    [TestCase("apr", 4)]
    [TestCase("may", 5)]
    [TestCase("jun", 6)]
    [TestCase("jul", 7)]
    [TestCase("aug", 8)]
    [TestCase("sep", 9)]
    [TestCase("oct", 10)]
    [TestCase("nov", 11)]
    [TestCase("dec", 12)]
    public void Every_month_is_read_and_written(string name, int month)
    {
        Assert.That(FileDate.TryParse(Encoding.ASCII.GetBytes($"read:\"1 {name} 2006 00:00:00 +0000\""), out FileDate? value), Is.True);
        Assert.That(value!.Read!.Value.Month, Is.EqualTo(month));
        Assert.That(value.ToString(), Does.Match($"(?i)^read:\"[a-z]{{3}}, 1 {name} 2006 00:00:00 \\+0000\"$"));
    }

    [Test]
    public void Each_label_has_its_own_date_and_the_first_of_each_counts()
    {
        const string Text = "read:2003-01-01T00:00:00Z modification:2002-01-01T00:00:00Z creation:2001-01-01T00:00:00Z read:2013-01-01T00:00:00Z modification:2012-01-01T00:00:00Z";
        Assert.That(FileDate.TryParse(Encoding.ASCII.GetBytes(Text), out FileDate? all), Is.True);
        Assert.That((all!.Created?.Year, all.Modified?.Year, all.Read?.Year), Is.EqualTo((2001, 2002, 2003)));
        Assert.That(all.ToString(FileDateStyle.Iso8601), Is.EqualTo("creation:2001-01-01T00:00:00.000Z modification:2002-01-01T00:00:00.000Z read:2003-01-01T00:00:00.000Z"));
        foreach (string label in (string[])["creation", "modification", "read"])
        {
            string one = $"{label}:2001-01-01T00:00:00.000Z";
            Assert.That(FileDate.TryParse(Encoding.ASCII.GetBytes(one), out FileDate? value), Is.True);
            Assert.That(value!.ToString(FileDateStyle.Iso8601), Is.EqualTo(one), "one date is enough");
        }

        Assert.That(FileDate.TryParse("other:2001-01-01T00:00:00Z"u8, out _), Is.False);
    }

    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300\"", true)]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300\" read:\"15 May 2006 15:01:31 -0300\" modification:\"15 May 2006 15:01 +0000\"", true)]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 GMT\"", false)]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300 (x)\"", false)]
    [TestCase("creation:\"2006-05-15T10:59:00Z\"", false)]
    [TestCase("creation:Mon, 15 May 2006 15:01:31 +0300", false)]
    [TestCase("other:\"Mon, 15 May 2006 15:01:31 +0300\"", false)]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300", false)]
    [TestCase("creation:\"Mon, 15 May 2006 15:01:31 +0300\" x", false)]
    public void Only_quoted_dates_with_a_numeric_zone_are_as_the_RFC_requires(string text, bool isWell) =>
        Assert.That(FileDate.IsWellSpelt(Encoding.ASCII.GetBytes(text)), Is.EqualTo(isWell));

    [TestCase("image/png", "image/png")]
    [TestCase("text/plain;a=b;c=\"d e\"", "text/plain;a=\"b\";c=\"d e\"")]
    [TestCase("text/plain;a=\"b;c\";d=e", "text/plain;a=\"b;c\";d=\"e\"")]
    [TestCase("text/plain;a=", "text/plain;a=\"\"")]
    [TestCase("", null)]
    [TestCase("/png", null)]
    [TestCase("image", null)]
    [TestCase("image/", null)]
    [TestCase("image/png;", null)]
    [TestCase("image/png;a", null)]
    [TestCase("image/png;=b", null)]
    [TestCase("image/png;a=\"open", null)]
    [TestCase("image/png;a=\"b\"c", null)]
    [TestCase("image/png x", null)]
    [Category("FT-006")]
    public void A_type_is_read_to_its_end_or_not_at_all(string text, string? written)
    {
        bool isRead = FileType.TryParse(Encoding.ASCII.GetBytes(text), out MediaType? type);
        Assert.That(isRead, Is.EqualTo(written is not null));
        Assert.That(type is null ? null : new FileSelector { Type = type }.ToString(), Is.EqualTo(written is null ? null : $"type:{written}"));
        Assert.That(type?.Parameters.All(static p => p.IsQuoted), Is.Not.False);
    }

    [TestCase("sha-1:4A:FB", "sha-1:4A:FB")]
    [TestCase("sha-1:4afB", "sha-1:4A:FB")]
    [TestCase("sha-1:4A:FB:", null)]
    [TestCase("sha-1::4A", null)]
    [TestCase("sha-1:4A::FB", null)]
    [TestCase("sha-1:4", null)]
    [TestCase("sha-1:4A:F", null)]
    [TestCase("sha-1:4G", null)]
    [TestCase("sha-1:", null)]
    [TestCase(":4A", null)]
    [TestCase("sha 1:4A", null)]
    [TestCase("4A", null)]
    [Category("FT-007")]
    public void A_hash_is_read_to_its_end_or_not_at_all(string text, string? written)
    {
        bool isRead = FileHash.TryParse(Encoding.ASCII.GetBytes(text), out FileHash? hash);
        Assert.That((isRead, hash?.ToString()), Is.EqualTo((written is not null, written)));
    }

    [TestCase("sha-1", 20, 0)]
    [TestCase("SHA1", 20, 0)]
    [TestCase("sha-224", 28, 1)]
    [TestCase("sha224", 28, 1)]
    [TestCase("sha-256", 32, 2)]
    [TestCase("sha256", 32, 2)]
    [TestCase("sha-384", 48, 3)]
    [TestCase("sha384", 48, 3)]
    [TestCase("sha-512", 64, 4)]
    [TestCase("sha512", 64, 4)]
    [TestCase("sha-512", 63, -1)]
    [TestCase("md5", 16, -1)]
    [Category("FT-031")]
    public void A_hash_is_usable_if_its_length_fits_its_algorithm(string algorithm, int length, int strength)
    {
        var hash = new FileHash(algorithm, [.. new byte[length]]);
        Assert.That(hash.Strength, Is.EqualTo(strength));
        Assert.That(hash.KnownName, Is.EqualTo(strength < 0 ? null : $"sha-{algorithm[^(algorithm.EndsWith('1') ? 1 : 3)..]}"));
        Assert.That(new FileSelector { Hashes = [hash] }.StrongestKnownHash, Is.EqualTo(strength < 0 ? null : hash));
        Assert.That(hash.IsSameAlgorithmAs(new FileHash(algorithm.ToUpperInvariant(), [.. new byte[length]])), Is.True);
        Assert.That(hash.IsSameAlgorithmAs(new FileHash("x", [.. new byte[length]])), Is.False);
    }

    [TestCase("type:image/png", "size:1", true)]
    [TestCase("type:image/png size:1", "size:1", true)]
    [TestCase("type:text/plain;a=\"b\"", "type:text/plain;a=\"B\"", true)]
    [TestCase("type:text/plain;a=\"b\"", "type:text/plain;a=\"c\"", false)]
    [TestCase("type:text/plain;a=\"b\"", "type:text/plain;c=\"b\"", false)]
    [TestCase("type:text/plain;a=\"b\"", "type:text/plain", false)]
    [TestCase("hash:md5:00", "hash:MD5:00", true)]
    [TestCase("hash:md5:00", "hash:md5:01", false)]
    [TestCase("hash:md5:00 hash:sha-1:" + Sha1, "hash:md5:00 hash:sha-1:00:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB", false)]
    [Category("FT-032")]
    public void Selectors_of_the_same_file_agree_in_what_both_say(string one, string other, bool isSame) => Assert.Multiple(() =>
    {
        FileSelector first = Parse(one), second = Parse(other);
        Assert.That(first.IsSameFileAs(second), Is.EqualTo(isSame));
        Assert.That(second.IsSameFileAs(first), Is.EqualTo(isSame));
    });

    [TestCase(1, 10L, 10, true)]
    [TestCase(1, 11L, 10, false)]
    [TestCase(10, null, 10, true)]
    [TestCase(11, null, 10, false)]
    [TestCase(0, null, 10, false)]
    [TestCase(5, 5L, 10, true)]
    [TestCase(5, 4L, 10, false)]
    [Category("FT-039")]
    public void A_range_lies_inside_its_file(long start, long? end, long size, bool fits) => Assert.That(new FileRange(start, end).Fits(size), Is.EqualTo(fits));

    [TestCase("abc", "abc")]
    [TestCase(" a:b/c ", "a:b/c")]
    [TestCase("a b", null)]
    [TestCase("a\tb", null)]
    [TestCase(" ", null)]
    [TestCase("", null)]
    [Category("FT-010")]
    public void A_transfer_id_is_one_word(string text, string? id)
    {
        bool isRead = FileTransferId.TryParse(Encoding.ASCII.GetBytes(text), out FileTransferId value);
        Assert.That((isRead, isRead ? value.ToString() : null), Is.EqualTo((id is not null, id)));
    }

    [TestCase(" Render ", "Render")]
    [TestCase("a b", null)]
    [TestCase("a;b", null)]
    [TestCase("", null)]
    public void A_disposition_is_one_token(string text, string? token)
    {
        bool isRead = FileDisposition.TryParse(Encoding.ASCII.GetBytes(text), out FileDisposition value);
        Assert.That((isRead, isRead ? value.ToString() : null), Is.EqualTo((token is not null, token)));
    }

    private static FileSelector Parse(string text)
    {
        Assert.That(FileSelector.TryParse(Encoding.ASCII.GetBytes(text), out FileSelector? value), Is.True);
        return value!;
    }
}
