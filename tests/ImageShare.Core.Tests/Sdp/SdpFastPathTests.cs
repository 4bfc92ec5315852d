using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>Each fast way to read something gives what the plain one gives, and leaves to it what it does not take.</summary>
[TestFixture]
[Parallelizable]
public sealed class SdpFastPathTests
{
    // A description with such a line is not ASCII, so its values become strings at once.
    private static readonly byte[] NotAscii = "x=\u00e9\r\n"u8.ToArray();

    [Test]
    public void Values_kept_as_part_of_the_text_are_those_read_as_strings()
    {
        int read = 0;
        foreach (byte[] offer in SdpDamage.Offers(4000))
        {
            // Only then does the added line begin where the offer ends.
            byte[] text = offer[^1] == '\n' ? offer : [.. offer, .. "\r\n"u8];
            bool isRead = SessionDescription.TryParse(text, null, out SessionDescription? kept, out SdpReadError error);
            bool isReadAsStrings = SessionDescription.TryParse([.. text, .. NotAscii], null, out SessionDescription? strings, out SdpReadError otherError);
            Assert.That((isReadAsStrings, otherError), Is.EqualTo((isRead, error)), Encoding.UTF8.GetString(text));
            if (!isRead)
            {
                continue;
            }

            read++;
            SdpWarning unknown = new(SdpWarningCode.UnknownLine, text.Length);
            Assert.That(strings!.Warnings, Is.EqualTo(kept!.Warnings.Append(unknown)), Encoding.UTF8.GetString(text));
            Assert.That(Attributes(strings), Is.EqualTo(Attributes(kept)));
            Assert.That(Attributes(kept).Select(static a => a.ToString()), Is.EqualTo(Attributes(strings).Select(static a => a.ToString())));
            Assert.That(Attributes(kept).Select(static a => a.GetHashCode()), Is.EqualTo(Attributes(strings).Select(static a => a.GetHashCode())));
            Assert.That(strings.ToString(), Is.EqualTo(Added(kept)));
        }

        Assert.That(read, Is.GreaterThan(1000));
    }

    [Test]
    public void The_views_of_what_was_read_are_those_of_its_attributes()
    {
        foreach (byte[] offer in SdpDamage.Offers(4000))
        {
            if (!SessionDescription.TryParse(offer, out SessionDescription? read))
            {
                continue;
            }

            foreach (MediaDescription media in read.Media)
            {
                MediaDescription copied = media with { Attributes = [.. media.Attributes] };
                MediaDescription made = media with { Attributes = [.. media.Attributes.Select(static a => new SdpAttribute(a.Name, a.Value))] };
                Assert.That(Views(copied), Is.EqualTo(Views(media)), Encoding.UTF8.GetString(offer));
                Assert.That(Views(made), Is.EqualTo(Views(media)), Encoding.UTF8.GetString(offer));
                Assert.That(made.ToString(), Is.EqualTo(media.ToString()));
            }
        }
    }

    [Test]
    public void Warnings_are_in_the_order_of_offset_and_code_and_each_is_at_the_start_of_a_line()
    {
        int warned = 0;
        foreach (byte[] offer in SdpDamage.Offers(4000))
        {
            if (SessionDescription.TryParse(offer, out SessionDescription? read))
            {
                warned += read.Warnings.Count;
                Assert.That(read.Warnings, Is.EqualTo(read.Warnings.OrderBy(static w => w.Offset).ThenBy(static w => w.Code)));
                Assert.That(read.Warnings.Select(static w => w.Offset), Is.All.Matches<int>(at => at == 0 || offer[at - 1] == '\n'));
            }
        }

        Assert.That(warned, Is.GreaterThan(10_000));
    }

    [Test]
    public void A_changed_name_keeps_the_value()
    {
        Assert.That(SessionDescription.TryParse(SeedMessages.Offer, out SessionDescription? offer));
        SdpAttribute icon = offer!.Media[0].Find("file-icon")!.Value;
        var changed = new MediaDescription { Attributes = [icon with { Name = "x-icon-of-mine" }, icon with { Value = "cid:b" }, icon with { Value = null }] };
        Assert.That(changed.ToString(), Does.EndWith("a=x-icon-of-mine:cid:test@mercuro.net\r\na=file-icon:cid:b\r\na=file-icon\r\n"));
        Assert.That(() => new MediaDescription { Attributes = [icon with { Name = "x y" }] }.ToString(), Throws.TypeOf<ImageShareException>());
    }

    [Test]
    public void Names_are_found_in_bytes_as_in_characters()
    {
        string[] names =
        [
            "accept-types", "accept-wrapped-types", "path", "max-size", "setup", "fingerprint", "msrp-cema", "file-selector", "file-transfer-id", "file-disposition",
            "file-date", "file-icon", "file-range", "sendonly", "recvonly", "sendrecv", "inactive", "connection", "tool", "charset", "lang", "sdplang", "", "x",
            "abc", "accept-wrxpped-types", "file-dispxsition",
        ];
        foreach (string name in WithChanges(names, 200))
        {
            AttributeMeaning? found = AttributeMeaning.Find(Encoding.ASCII.GetBytes(name), out bool isSpeltSo);
            Assert.That(found, Is.SameAs(AttributeMeaning.Find(name)), name);
            Assert.That(isSpeltSo, Is.EqualTo(found?.Name == name), name);
        }

        Assert.That(names.Count(static n => AttributeMeaning.Find(n) is not null), Is.EqualTo(22));
    }

    [Test]
    public void Dates_in_the_usual_forms_are_read_as_any_other()
    {
        string[] dates =
        [
            "2008-10-15T10:40:46.405Z", "2008-10-15T10:40:46Z", "2008-02-29T23:59:59.999Z", "2008-10-15T10:40:46+00:00", "Wed, 15 Oct 2008 10:40:46 +0000",
            "Sun, 1 Feb 1970 00:00:00 -1345", "Fri, 29 Feb 2008 23:59:60 +0130", "wed, 31 DEC 9999 10:40:46 -0000",
        ];
        int usual = 0;
        foreach (string date in WithChanges(dates, 3000))
        {
            byte[] text = Encoding.Latin1.GetBytes(date);
            if (UsualDate.TryParseIso8601(text, out DateTimeOffset iso))
            {
                usual++;
                Assert.That(MailDate.TryParseAny(text, out _, out _), Is.False, date);
                Assert.That(MailDate.TryParseIso8601(text, out DateTimeOffset plain), date);
                Assert.That((iso.DateTime, iso.Offset), Is.EqualTo((plain.DateTime, plain.Offset)), date);
            }

            if (UsualDate.TryParseMail(text, out DateTimeOffset mail))
            {
                usual++;
                Assert.That(MailDate.TryParseAny(text, out DateTimeOffset plain, out bool isNumericZone), date);
                Assert.That((mail.DateTime, mail.Offset, true), Is.EqualTo((plain.DateTime, plain.Offset, isNumericZone)), date);
            }
        }

        Assert.That(usual, Is.GreaterThan(500));
        Assert.That(UsualDate.TryParseIso8601("2008-10-15T10:40:46.405Z"u8, out _) && UsualDate.TryParseMail("Wed, 15 Oct 2008 10:40:46 +0000"u8, out _));
    }

    [Test]
    public void A_hash_with_all_its_colons_is_read_as_any_other()
    {
        string[] hashes = ["4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB", "00:ff", "a", "AB", "ABCDEF", "AB:CDEF:01", ""];
        foreach (string hash in WithChanges(hashes, 2000))
        {
            byte[] text = Encoding.Latin1.GetBytes(hash);
            bool isRegular = FileHash.TryReadRegular(text, out byte[]? usual);
            bool isRead = FileHash.TryReadAny(text, out byte[]? plain);
            Assert.That(!isRegular || isRead, hash);
            Assert.That(usual, Is.EqualTo(isRegular ? plain : null), hash);
        }

        Assert.That(FileHash.TryReadRegular("4A:fb"u8, out _));
    }

    [Test]
    public void Common_types_are_found_as_the_grammar_reads_them()
    {
        string[] types = ["image/jpeg", "image/png", "image/gif", "image/*", "text/plain", "message/cpim", "application/sdp", "application/octet-stream", "x/y", "*"];
        int found = 0;
        foreach (string type in WithChanges(types, 200))
        {
            if (MediaType.FindWellKnown(Encoding.Latin1.GetBytes(type)) is { } known)
            {
                found++;
                Assert.That(MediaType.TryParse(Encoding.Latin1.GetBytes(type), out MediaType? read), type);
                Assert.That(known, Is.SameAs(read), type);
            }
        }

        Assert.That(found, Is.GreaterThanOrEqualTo(8));
    }

    // Lines, fields and words, each beside the obvious loop.
    [Test]
    public void Text_is_cut_as_byte_by_byte()
    {
        Gen<byte[]> text = Gen.ArrayOf(Gen.Frequency(
            (8, Gen.Elements((byte)'a', (byte)'b')), (2, Gen.Elements((byte)' ', (byte)'\t', (byte)'"')), (2, Gen.Elements((byte)'\r', (byte)'\n')), (1, Gen.Constant((byte)0))));
        Prop.ForAll(text.Resize(80).ToArbitrary(), bytes =>
        {
            var lines = new SdpTextLines(bytes);
            var cut = new List<(int, string, SdpLineEnd, bool)>();
            while (lines.MoveNext())
            {
                cut.Add((lines.Offset, Encoding.Latin1.GetString(lines.Line), lines.End, lines.HasForbiddenByte));
            }

            var field = new AsciiCursor(bytes);
            bool hasField = SdpText.TryReadField(ref field, out ReadOnlySpan<byte> readField);
            var word = new AsciiCursor(bytes);
            bool hasWord = SdpText.TryReadWord(ref word, out ReadOnlySpan<byte> readWord);
            int fieldEnd = PlainEnd(bytes, hasQuotes: false), wordEnd = PlainEnd(bytes, hasQuotes: true);
            return cut.SequenceEqual(PlainLines(bytes))
                && hasField == fieldEnd > 0 && readField.Length == fieldEnd && field.Position == AfterWhiteSpace(bytes, fieldEnd)
                && hasWord == wordEnd > 0 && readWord.Length == Math.Max(wordEnd, 0) && word.Position == (wordEnd < 0 ? 0 : AfterWhiteSpace(bytes, wordEnd));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void The_words_of_every_description_are_what_they_say()
    {
        foreach (string word in (string[])["-", "IN", "IP4", "IP6", "message", "TCP/MSRP", "TCP/TLS/MSRP", "in", "messagE", "x", "\u00e9"])
        {
            Assert.That(SdpText.ToText(Encoding.UTF8.GetBytes(word)), Is.EqualTo(word));
        }
    }

    private static IEnumerable<SdpAttribute> Attributes(SessionDescription description) => description.Attributes.Concat(description.Media.SelectMany(static m => m.Attributes));

    // What the description prints with the line added to its last section.
    private static string Added(SessionDescription description)
    {
        var line = new SdpLine('x', "\u00e9");
        return description.Media.IsEmpty
            ? (description with { OtherLines = [.. description.OtherLines, line] }).ToString()
            : (description with { Media = [.. description.Media[..^1], description.Media[^1] with { OtherLines = [.. description.Media[^1].OtherLines, line] }] }).ToString();
    }

    private static object?[] Views(MediaDescription media) =>
    [
        media.Direction, media.Path is { } path ? string.Join(' ', path) : null, media.AcceptTypes, media.AcceptWrappedTypes, media.MaxSize, media.Setup, media.HasMsrpCema,
        media.FileSelector, media.HasBareFileSelector, media.FileTransferId, media.FileDisposition?.Value, media.FileDate, media.FileIcon, media.FileRange,
    ];

    // Each text, and the same with one or two characters changed, added or left out.
    private static IEnumerable<string> WithChanges(string[] texts, int count)
    {
        var random = new Random(5547);
        return texts.SelectMany(text => Enumerable.Range(0, count).Select(i => i == 0 ? text : Changed(text, random)));
    }

    private static string Changed(string text, Random random)
    {
        const string characters = "0189:-+ ,.ZTzaF\u00e9";
        for (int hit = random.Next(1, 3); hit > 0; hit--)
        {
            int at = random.Next(text.Length + 1);
            char other = random.Next(4) == 0 && at < text.Length ? (char)(text[at] ^ 0x20) : characters[random.Next(characters.Length)];
            text = random.Next(4) switch
            {
                0 => text.Insert(at, other.ToString()),
                1 when at < text.Length => text.Remove(at, 1),
                _ => at < text.Length ? text.Remove(at, 1).Insert(at, other.ToString()) : text,
            };
        }

        return text;
    }

    private static IEnumerable<(int, string, SdpLineEnd, bool)> PlainLines(byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            string line = end < 0 ? text[start..].TrimEnd('\r') : text[start..end];
            bool hasReturn = end >= 0 && line.EndsWith('\r');
            line = hasReturn ? line[..^1] : line;
            yield return (start, line, end < 0 ? SdpLineEnd.EndOfText : hasReturn ? SdpLineEnd.CarriageReturnLineFeed : SdpLineEnd.LineFeed, line.AsSpan().ContainsAny('\r', '\n', '\0'));
            start = end < 0 ? text.Length : end + 1;
        }
    }

    // Where the white space begins, outside quotes if they count; -1 if one is not closed.
    private static int PlainEnd(byte[] bytes, bool hasQuotes)
    {
        bool isQuoted = false;
        for (int i = 0; i < bytes.Length; i++)
        {
            isQuoted ^= hasQuotes && bytes[i] == '"';
            if (!isQuoted && bytes[i] is (byte)' ' or (byte)'\t' && !isQuoted)
            {
                return i;
            }
        }

        return isQuoted ? -1 : bytes.Length;
    }

    private static int AfterWhiteSpace(byte[] bytes, int start)
    {
        while (start < bytes.Length && bytes[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        return start;
    }
}
