using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Text;
using static ImageShare.Core.Bodies.BodyWarningCode;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class MultipartReadTests
{
    internal const string Sdp = "v=0\r\no=- 5 5 IN IP4 h\r\n";
    private const string Icon = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <icon1@example.com>\r\nContent-Disposition: icon\r\n\r\n";

    internal const string Canonical =
        "--b1\r\nContent-Type: application/sdp\r\n\r\n" + Sdp + "\r\n--b1\r\n" + Icon + "iVBORw0KGgo=\r\n--b1--\r\n";

    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    [TestCase("multipart/related; type=\"application/sdp\"; boundary=\"b1\"")]
    [TestCase("multipart/related;type=application/sdp;boundary=b1")]
    [TestCase("Multipart/Related ; BOUNDARY = b1")]
    [TestCase("multipart/mixed;boundary=\"b1 \"")]
    [TestCase("multipart/fancy;boundary=b1")]
    [Category("MIME-001")]
    [Category("MIME-003")]
    [Category("MIME-006")]
    public void Reads_a_description_and_its_icon(string contentType)
    {
        MultipartBody body = ReadBody(contentType, Canonical);
        BodyPart icon = body.Resolve("cid:icon1@example.com")!;
        Assert.Multiple(() =>
        {
            Assert.That(body.Parts, Has.Length.EqualTo(2));
            Assert.That(Text(body.FindSessionDescription()!), Is.EqualTo(Sdp));
            Assert.That(icon.ContentType.Essence, Is.EqualTo("image/png"));
            Assert.That(icon.Content.ToArray(), Is.EqualTo(Png));
            Assert.That(icon.Disposition!.Is("icon"), Is.True);
        });
    }

    [TestCase("\r\n" + Canonical)]
    [TestCase("A preamble.\r\nsee x--b1 here\r\n" + Canonical + "An epilogue\r\n--b1\r\nContent-Type: text/html\r\n\r\nnot a part\r\n--b1--\r\n")]
    [Category("MIME-002")]
    public void Preamble_and_epilogue_are_ignored(string text) =>
        Assert.That(ReadBody("multipart/related;boundary=b1", text).Parts, Has.Length.EqualTo(2));

    [TestCase("line\r\nend\r\n")]
    [TestCase("\r\n")]
    [TestCase("")]
    [TestCase("x\r\n--b\r\n--bx\r\ny--b1--\r\n-")]
    [TestCase("a\r\n--b1junk\r\nb")]
    [TestCase("a\r\n--b1--junk\r\nb")]
    [TestCase("a\r\n--b1-\r\nb")]
    [TestCase("a\r--b1\r\nb")]
    [TestCase(" --b1\r\n")]
    [TestCase("--b")]
    [Category("MIME-002")]
    public void Content_is_everything_between_whole_delimiter_lines(string content)
    {
        MultipartBody body = ReadBody("multipart/mixed;boundary=b1", $"--b1\r\nContent-Type: a/b\r\n\r\n{content}\r\n--b1--");
        Assert.That(Text(body.Parts.Single()), Is.EqualTo(content));
    }

    [Test]
    [Category("MIME-002")]
    [Category("MIME-009")]
    public void Binary_content_is_untouched_and_not_copied()
    {
        byte[] content = [.. Enumerable.Range(0, 256).Select(i => (byte)i), (byte)'\r', (byte)'\n'];
        byte[] octets = [.. Latin("--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: BINARY\r\n\r\n"), .. content, .. Latin("\r\n--b1--\r\n")];
        MultipartReadResult result = MultipartCodec.Read(MediaType.Parse("multipart/related;boundary=b1"), octets, MultipartLimits.Default);
        Assert.That(result.Body!.Parts[0].Content.ToArray(), Is.EqualTo(content));
        octets[100]++;
        Assert.That(result.Body.Parts[0].Content.ToArray(), Is.Not.EqualTo(content), "a slice of the body");
    }

    [TestCase("Content-Type: application/sdp\r\n", "", "")]
    [TestCase("", "plain", "plain")]
    [TestCase("content-type : application/sdp\r\n", "x", "x", SpaceBeforeColon)]
    [TestCase("Content-Type: application/sdp\r\nGarbage line\r\n", "x", "x", MalformedHeader)]
    [TestCase("Content-Type: application/sdp\r\nX-A: a\0b\r\n", "x", "x", MalformedHeader)]
    [TestCase(" folded\r\n", "x", "x", MalformedHeader)]
    [TestCase("Content-Type: nonsense\r\n", "x", "x", UnreadableContentType)]
    [TestCase("Content-Type: a/b\r\nContent-Type: c/d\r\n", "x", "x", RepeatedHeader)]
    [TestCase("Content-ID: <a@x>\r\nContent-ID: <b@x>\r\n", "x", "x", RepeatedHeader)]
    [TestCase("Content-ID: a@x\r\n", "x", "x", UnusualContentId)]
    [TestCase("Content-ID: <>\r\n", "x", "x", UnusualContentId)]
    [TestCase("Content-Disposition: ;;\r\n", "x", "x", UnreadableDisposition)]
    [TestCase("Content-Length: 99999999999\r\n", "hello", "hello", PartContentLength)]
    [TestCase("Content-Length: -1\r\n", "hello", "hello", PartContentLength)]
    [TestCase("Content-Transfer-Encoding: x-uuencode\r\n", "x", "", UnknownTransferEncoding)]
    [Category("MIME-010")]
    public void Odd_headers_are_lived_with(string headers, string content, string expected, params BodyWarningCode[] warnings)
    {
        MultipartReadResult result = Read("multipart/mixed;boundary=b", $"--b\r\n{headers}\r\n{content}\r\n--b--\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(Text(result.Body!.Parts.Single()), Is.EqualTo(expected));
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo(warnings));
        });
    }

    [Test]
    public void Headers_are_folded_cased_and_commented_as_peers_like()
    {
        const string text = "--b\r\nCONTENT-TYPE:\r\n Image/PNG;\r\n\tname=\"caf\u00e9.png\"\r\nContent-Transfer-Encoding:\r\n Base64 (comment)\r\n"
            + "Content-Id:\r\n\t<icon1@x>\r\n (the icon)\r\nContent-Disposition: ICON; handling=Optional; size=70\r\nX-Other: a\r\n b\r\n\r\niVBO\r\nRw0K\r\nGgo=\r\n--b--\r\n";
        MultipartReadResult result = Read("multipart/mixed;boundary=b", text);
        BodyPart part = result.Body!.Parts[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.Warnings, Is.Empty);
            Assert.That(part.ContentType.Is("image", "png"), Is.True);
            Assert.That(part.ContentType.Parameters.GetValue("name"), Is.EqualTo("caf\u00e9.png"));
            Assert.That(part.ContentId, Is.EqualTo("icon1@x"));
            Assert.That(part.Disposition!.IsRequired, Is.False);
            Assert.That(part.OtherHeaders, Is.EqualTo((BodyHeader[])[new("X-Other", "a b")]));
            Assert.That(part.Content.ToArray(), Is.EqualTo(Png));
        });
    }

    [TestCase("iVBORw0KGgo=", None)]
    [TestCase("iVBO Rw0K\t\r\n\r\nGgo=\r\n", None)]
    [TestCase("iVBORw0KGgo", MissingBase64Padding)]
    [Category("MIME-009")]
    public void Base64_is_decoded(string text, BodyWarningCode warning)
    {
        MultipartReadResult result = ReadIcon("base64", text);
        Assert.Multiple(() =>
        {
            Assert.That(result.Body!.Parts[1].Content.ToArray(), Is.EqualTo(Png));
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo(warning == None ? [] : (BodyWarningCode[])[warning]));
        });
    }

    [TestCase("iVBORw0K!*GgoAAA=")]
    [TestCase("iVBORw0KGgo=iVBO")]
    [TestCase("iVBOR")]
    [TestCase("iVBORw0KGgo=====")]
    [TestCase("QQ=")]
    [TestCase("Q=")]
    [TestCase("_-__")]
    [TestCase("====")]
    [Category("MIME-009")]
    public void Bad_base64_drops_the_icon_only(string text)
    {
        MultipartReadResult result = ReadIcon("base64", text);
        Assert.Multiple(() =>
        {
            Assert.That(Text(result.Body!.FindSessionDescription()!), Is.EqualTo(Sdp));
            Assert.That(result.Body.Parts[1].IsDamaged, Is.True);
            Assert.That(result.Body.Parts[1].Content.Length, Is.Zero);
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[BadBase64]));
        });
    }

    [TestCase("a=3Db", "a=b")]
    [TestCase("soft=\r\nbreak", "softbreak")]
    [TestCase("soft=  \r\nbreak", "softbreak")]
    [TestCase("line \t\r\nend", "line\r\nend")]
    [TestCase("bad=ZZ=4", "bad=ZZ=4")]
    [TestCase("=e9=C3", "\u00e9\u00c3")]
    [TestCase("lf\nkept", "lf\nkept")]
    [TestCase("", "")]
    [TestCase("=", "")]
    [Category("MIME-009")]
    public void Quoted_printable_is_decoded(string text, string expected) =>
        Assert.That(Text(ReadIcon("quoted-printable", text).Body!.Parts[1]), Is.EqualTo(expected));

    [TestCase(4096, false)]
    [TestCase(4097, true)]
    [Category("SEC-001")]
    public void Blanks_in_quoted_printable_are_bounded(int blanks, bool isDamaged)
    {
        MultipartReadResult result = ReadIcon("quoted-printable", $"a{new string(' ', blanks)}b");
        Assert.That(result.Body!.Parts[1].IsDamaged, Is.EqualTo(isDamaged));
        Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo(isDamaged ? (BodyWarningCode[])[BadQuotedPrintable] : []));
        Assert.That(result.Body.Parts[1].Content.Length, Is.EqualTo(isDamaged ? 0 : blanks + 2));
    }

    [Test]
    [Category("MIME-001")]
    public void Nested_bodies_are_read_and_searched()
    {
        string inner = Canonical.Replace("--b1", "--bb", StringComparison.Ordinal);
        string outer = $"--b\r\nContent-Type: multipart/related; boundary=bb\r\n\r\n{inner}\r\n--b\r\n\r\nhello\r\n--b--\r\n";
        MultipartReadResult result = Read("multipart/mixed;boundary=b", outer);
        Assert.Multiple(() =>
        {
            Assert.That(result.Warnings, Is.Empty);
            Assert.That(result.Body!.AllParts().Count(), Is.EqualTo(4));
            Assert.That(Text(result.Body.FindSessionDescription()!), Is.EqualTo(Sdp));
            Assert.That(result.Body.Resolve("cid:icon1@example.com")!.Content.ToArray(), Is.EqualTo(Png));
        });
    }

    [Test]
    [Category("MIME-001")]
    public void A_broken_inner_body_does_not_reach_out_of_its_part()
    {
        MultipartReadResult unclosed = Read(
            "multipart/mixed;boundary=o", $"--o\r\nContent-Type: multipart/related; boundary=i\r\n\r\n--i\r\nContent-Type: application/sdp\r\n\r\n{Sdp}\r\n--o--\r\n");
        MultipartReadResult same = Read(
            "multipart/mixed;boundary=b", $"--b\r\nContent-Type: multipart/related; boundary=b\r\n\r\n{Canonical.Replace("--b1", "--b", StringComparison.Ordinal)}--b--\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(unclosed.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[MissingCloseDelimiter]));
            Assert.That(Text(unclosed.Body!.FindSessionDescription()!), Is.EqualTo(Sdp));
            Assert.That(same.Warnings, Is.Empty, "the inner level owns them, and every part is found");
            Assert.That(same.Body!.AllParts().Count(), Is.EqualTo(3));
            Assert.That(Text(same.Body!.FindSessionDescription()!), Is.EqualTo(Sdp));
        });
    }

    [Test]
    public void A_missing_close_delimiter_is_reported()
    {
        MultipartReadResult result = Read("multipart/related;boundary=b1", Canonical[..^8]);
        Assert.Multiple(() =>
        {
            Assert.That(result.Warnings, Is.EqualTo((BodyWarning[])[new(MissingCloseDelimiter, Canonical.Length - 8)]));
            Assert.That(result.Body!.Parts[1].Content.ToArray(), Is.EqualTo(Png));
        });
    }

    [Test]
    public void Line_feeds_alone_are_read()
    {
        MultipartReadResult result = Read("multipart/related;boundary=b1", Canonical.Replace("\r\n", "\n", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[BareLineFeed]));
            Assert.That(Text(result.Body!.Parts[0]), Is.EqualTo(Sdp.Replace("\r\n", "\n", StringComparison.Ordinal)));
            Assert.That(result.Body.Parts[1].Content.ToArray(), Is.EqualTo(Png));
        });
    }

    [TestCase("a/b;boundary=b1", Canonical, MultipartError.NotMultipart)]
    [TestCase("multipart/related", Canonical, MultipartError.MissingBoundary)]
    [TestCase("multipart/related;boundary=\"\"", Canonical, MultipartError.MissingBoundary)]
    [TestCase("multipart/related;boundary=\"  \"", Canonical, MultipartError.MissingBoundary)]
    [TestCase("multipart/related;boundary*0=b;boundary*1=1", Canonical, MultipartError.MissingBoundary)]
    [TestCase("multipart/related;boundary=12345678901234567890123456789012345678901234567890123456789012345678901", Canonical, MultipartError.BadBoundary)]
    [TestCase("multipart/related;boundary=\"\u00e9\"", Canonical, MultipartError.BadBoundary)]
    [TestCase("multipart/related;boundary=B1", Canonical, MultipartError.NoParts)]
    [TestCase("multipart/related;boundary=b1", "", MultipartError.NoParts)]
    [TestCase("multipart/related;boundary=b1", "nothing here\r\n", MultipartError.NoParts)]
    [TestCase("multipart/related;boundary=b1", "--b1--", MultipartError.NoParts)]
    [TestCase("multipart/related;boundary=b1", "--b1\r\n--b1--", MultipartError.NoParts)]
    [TestCase("multipart/related;boundary=b1", "--b1\rContent-Type: a/b\r\rx\r--b1--\r", MultipartError.NoParts)]
    public void What_is_no_multipart_body_says_why(string contentType, string text, MultipartError error) =>
        Assert.That(Read(contentType, text).Error, Is.EqualTo(error));

    [TestCase("b\"1")]
    [TestCase("a:b c'()+_,-./=?z")]
    [TestCase("----")]
    [TestCase("1234567890123456789012345678901234567890123456789012345678901234567890")]
    public void Any_printable_boundary_works(string boundary)
    {
        MediaType type = new MediaType("multipart", "related").With(boundary);
        MultipartReadResult result = MultipartCodec.Read(type, Latin(Canonical.Replace("--b1", "--" + boundary, StringComparison.Ordinal)), MultipartLimits.Default);
        Assert.Multiple(() =>
        {
            Assert.That(result.Body!.Parts, Has.Length.EqualTo(2));
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo(boundary.Contains('"') ? (BodyWarningCode[])[IllegalBoundary] : []));
        });
    }

    [TestCase("b1 ")]
    [TestCase("b  ")]
    [Category("MIME-002")]
    public void A_boundary_with_spaces_at_its_end_is_read_as_it_is_meant(string boundary)
    {
        MediaType type = new MediaType("multipart", "related").With(boundary);
        byte[] octets = Latin(Canonical.Replace("--b1", "--" + boundary, StringComparison.Ordinal) + $"epilogue\r\n--{boundary}\r\n\r\nno part\r\n--{boundary}--");
        MultipartReadResult result = MultipartCodec.Read(type, octets, MultipartLimits.Default);
        Assert.Multiple(() =>
        {
            Assert.That(Text(result.Body!.FindSessionDescription()!), Is.EqualTo(Sdp));
            Assert.That(result.Body.Parts, Has.Length.EqualTo(2));
            Assert.That(result.Body.Parts[1].Content.ToArray(), Is.EqualTo(Png));
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[IllegalBoundary]));
        });
    }

    [Test]
    public void White_space_may_follow_a_delimiter_and_nothing_between_two_is_passed_over()
    {
        MultipartReadResult result = Read("multipart/mixed;boundary=b1", "--b1 \t \r\n--b1\r\n\r\nx\r\n--b1-- \t\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(Text(result.Body!.Parts.Single()), Is.EqualTo("x"));
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[EmptyPart]));
        });
    }

    [Test]
    [Category("MIME-013")]
    [Category("SEC-001")]
    public void Every_limit_is_kept()
    {
        MultipartLimits limits = MultipartLimits.Default;
        Assert.Multiple(() =>
        {
            Assert.That(Read("multipart/mixed;boundary=b", Many(16)).Error, Is.EqualTo(MultipartError.None));
            Assert.That(Read("multipart/mixed;boundary=b", Many(17)).Error, Is.EqualTo(MultipartError.TooManyParts));
            Assert.That(Read("multipart/mixed;boundary=b", string.Concat(Enumerable.Repeat("--b\r\n", 100_000))).Error, Is.EqualTo(MultipartError.TooManyParts));
            Assert.That(Read("multipart/mixed;boundary=n0", Deep(4)).Error, Is.EqualTo(MultipartError.None));
            Assert.That(Read("multipart/mixed;boundary=n0", Deep(5)).Error, Is.EqualTo(MultipartError.TooDeep));
            Assert.That(Read("multipart/mixed;boundary=n0", Deep(10_000)).Error, Is.EqualTo(MultipartError.TooDeep));
            Assert.That(Read("multipart/mixed;boundary=b", $"--b\r\nX: {new string('x', limits.MaxHeaderBytes)}\r\n\r\n--b--").Error, Is.EqualTo(MultipartError.HeadersTooLarge));
            Assert.That(Read("multipart/mixed;boundary=b", $"--b\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 33))}\r\n--b--").Error, Is.EqualTo(MultipartError.HeadersTooLarge));
            Assert.That(Read("multipart/mixed;boundary=b", $"--b\r\n\r\n{new string('x', limits.MaxContentBytes)}\r\n--b--").Error, Is.EqualTo(MultipartError.None));
            Assert.That(Read("multipart/mixed;boundary=b", $"--b\r\n\r\n{new string('x', limits.MaxContentBytes)}\r\n--b\r\n\r\nx\r\n--b--").Error, Is.EqualTo(MultipartError.ContentTooLarge));
            Assert.That(() => new MultipartLimits { MaxDepth = 33 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        });

        static string Many(int parts) => string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", parts)) + "--b--";

        static string Deep(int levels) =>
            string.Concat(Enumerable.Range(0, levels - 1).Select(i => $"--n{i}\r\nContent-Type: multipart/mixed;boundary=n{i + 1}\r\n\r\n"))
            + $"--n{levels - 1}\r\n\r\nx\r\n--n{levels - 1}--";
    }

    [Test]
    [Category("SEC-001")]
    public void Every_truncation_and_random_damage_never_throws()
    {
        byte[] whole = Latin(Canonical.Replace("--b1--", $"--b1\r\nContent-Type: multipart/mixed;boundary=i\r\n\r\n--i\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3D\r\n--i--\r\n--b1--", StringComparison.Ordinal));
        MediaType type = MediaType.Parse("multipart/related;boundary=b1;start=\"<icon1@example.com>\"");
        for (int length = 0; length <= whole.Length; length++)
        {
            Exercise(type, whole.AsMemory(0, length));
        }

        var random = new Random(2046);
        byte[] alphabet = Latin("\r\n\0 \t-b1i:;=<>\"AZ\u00ff");
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. whole];
            for (int hit = random.Next(1, 8); hit > 0; hit--)
            {
                damaged[random.Next(damaged.Length)] = alphabet[random.Next(alphabet.Length)];
            }

            Exercise(type, damaged);
        }
    }

    private static void Exercise(MediaType type, ReadOnlyMemory<byte> octets)
    {
        MultipartReadResult result = MultipartCodec.Read(type, octets, MultipartLimits.Default);
        Assert.That(result.Warnings.Select(w => w.Offset), Is.All.InRange(0, octets.Length));
        _ = result.Body?.FindSessionDescription();
        _ = result.Body?.Resolve("cid:icon1@example.com");
        Assert.That(result.IsSuccess, Is.EqualTo(result.Body is not null));
    }

    internal static MultipartBody ReadBody(string contentType, string text)
    {
        MultipartReadResult result = Read(contentType, text);
        Assert.That(result.Error, Is.EqualTo(MultipartError.None));
        return result.Body!;
    }

    internal static MultipartReadResult Read(string contentType, string text) =>
        MultipartCodec.Read(MediaType.Parse(contentType), Encoding.UTF8.GetBytes(text), MultipartLimits.Default);

    private static MultipartReadResult ReadIcon(string encoding, string text) => Read(
        "multipart/related;boundary=b1",
        $"--b1\r\nContent-Type: application/sdp\r\n\r\n{Sdp}\r\n--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{text}\r\n--b1--\r\n");

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(BodyPart part) => Encoding.Latin1.GetString(part.Content.Span);
}

internal static class MediaTypeForTests
{
    public static MediaType With(this MediaType type, string boundary) => type with { Parameters = type.Parameters.With("boundary", boundary, quoted: true) };
}
