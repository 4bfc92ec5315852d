using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class MultipartWriteTests
{
    private static readonly byte[] Sdp = "v=0\r\n"u8.ToArray();

    [Test]
    public void Two_icons_with_one_content_id_are_refused()
    {
        var icon = new OfferIcon(new MediaType("image", "png"), new byte[] { 1 }, "icon@x");
        Assert.That(
            () => OfferBody.WithIcons(Sdp, [icon, icon with { Content = new byte[] { 2 } }]),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue).And.Message.Contains("same Content-ID"));
        Assert.That(() => OfferBody.WithIcons(Sdp, [icon, icon with { ContentId = "other@x" }]), Throws.Nothing);
    }

    [Test]
    [Category("MIME-004")]
    [Category("MIME-010")]
    [Category("MIME-011")]
    [Category("MIME-014")]
    public void An_offer_with_a_binary_icon()
    {
        var icon = new OfferIcon(new MediaType("image", "png"), new byte[] { 0x89, 0, 10 }, "icon@x");
        MultipartBody body = OfferBody.WithIcon(Sdp, icon, boundary: "b1");
        Assert.Multiple(() =>
        {
            Assert.That(body.ContentType.ToString(), Is.EqualTo("multipart/related;type=\"application/sdp\";boundary=b1"));
            Assert.That(Print(body), Is.EqualTo(
                "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n"
                + "--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <icon@x>\r\nContent-Disposition: icon;handling=optional\r\n\r\n"
                + "\u0089\0\n\r\n--b1--\r\n"));
        });
    }

    [Test]
    [Category("MIME-006")]
    [Category("MIME-014")]
    public void An_offer_with_a_base64_icon_in_a_mixed_body()
    {
        byte[] content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        var icon = new OfferIcon(new MediaType("image", "png"), content, "icon@x") { TransferEncoding = TransferEncoding.Base64 };
        MultipartBody body = OfferBody.WithIcon(Sdp, icon, "mixed");
        string printed = Print(body);
        Assert.Multiple(() =>
        {
            Assert.That(body.ContentType.Parameters.Contains("type"), Is.False);
            Assert.That(body.ContentType.Parameters.GetValue("boundary"), Does.Match("^[A-Za-z0-9]{22}$"));
            Assert.That(printed.Split("\r\n"), Has.All.Length.LessThanOrEqualTo(76));
            Assert.That(MultipartReadTests.ReadBody(body.ContentType.ToString(), printed).Resolve("cid:icon@x")!.Content.ToArray(), Is.EqualTo(content));
        });
    }

    [Test]
    [Category("MIME-018")]
    public void Icons_are_small_images() => Assert.Multiple(() =>
    {
        Assert.That(() => OfferBody.WithIcon(Sdp, Icon(8192)), Throws.Nothing);
        Assert.That(() => OfferBody.WithIcon(Sdp, Icon(8193)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.TooLarge));
        Assert.That(() => OfferBody.WithIcon(Sdp, Icon(8193), maxIconBytes: 9000), Throws.Nothing);
        Assert.That(() => OfferBody.WithIcon(Sdp, Icon(0)), Throws.TypeOf<ImageShareException>());
        Assert.That(() => OfferBody.WithIcon(Sdp, Icon(1) with { Type = new MediaType("text", "html") }), Throws.TypeOf<ImageShareException>());

        static OfferIcon Icon(int length) => new(new MediaType("image", "png"), new byte[length], "icon@x");
    });

    [Test]
    [Category("MIME-016")]
    public void A_boundary_that_occurs_in_a_part_is_passed_over_or_refused()
    {
        BodyPart hostile = new() { Content = "x\r\n--first\r\n--second--"u8.ToArray() };
        BodyPart nested = new() { ContentType = new MediaType("multipart", "mixed"), Multipart = MultipartBody.Create("mixed", [new BodyPart()], boundary: "third") };
        var candidates = new Queue<string>(["first", "second", "thir", "fourth"]);
        Assert.Multiple(() =>
        {
            Assert.That(Boundary.Choose([hostile, nested], candidates.Dequeue), Is.EqualTo("fourth"));
            Assert.That(() => MultipartBody.Create("mixed", [hostile], boundary: "first"), Throws.TypeOf<ImageShareException>());
            Assert.That(() => Print(new MultipartBody(MediaType.Parse("multipart/mixed;boundary=second"), [hostile])), Throws.TypeOf<ImageShareException>());
        });
    }

    [TestCase("")]
    [TestCase("ends in space ")]
    [TestCase("a\"b")]
    [TestCase("a\r\nb")]
    [TestCase("\u00e9")]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012345678901")]
    [Category("MIME-016")]
    public void Boundaries_that_are_not_allowed_are_refused(string boundary) =>
        Assert.That(() => MultipartBody.Create("mixed", [new BodyPart()], boundary: boundary), Throws.TypeOf<ImageShareException>());

    [Test]
    [Category("MIME-016")]
    public void A_boundary_is_quoted_when_it_must_be()
    {
        MultipartBody body = MultipartBody.Create("mixed", [new BodyPart()], boundary: "a b:c");
        Assert.Multiple(() =>
        {
            Assert.That(body.ContentType.ToString(), Is.EqualTo("multipart/mixed;boundary=\"a b:c\""));
            Assert.That(MultipartReadTests.ReadBody(body.ContentType.ToString(), Print(body)), Is.EqualTo(body));
        });
    }

    [TestCase("a\r\nX: y")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    public void No_value_ends_its_header_line(string bad)
    {
        BodyPart[] parts =
        [
            new() { ContentId = bad },
            new() { Disposition = new ContentDisposition(bad) },
            new() { Disposition = new ContentDisposition("icon", new ParameterList(new Parameter("a", bad, true))) },
            new() { OtherHeaders = [new BodyHeader("X", bad)] },
            new() { OtherHeaders = [new BodyHeader(bad, "x")] },
            new() { ContentType = new MediaType("a", "b", new ParameterList(new Parameter("c", bad))) },
        ];
        foreach (BodyPart part in parts)
        {
            Assert.That(() => Print(MultipartBody.Create("mixed", [part])), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        }
    }

    [Test]
    public void An_empty_body_is_refused() => Assert.Multiple(() =>
    {
        Assert.That(() => Print(MultipartBody.Create("mixed", [])), Throws.TypeOf<ImageShareException>());
        Assert.That(() => Print(new MultipartBody(new MediaType("multipart", "mixed"), [new BodyPart()])), Throws.TypeOf<ImageShareException>());
    });

    [Test]
    [Category("MIME-002")]
    [Category("MIME-009")]
    public void What_is_written_reads_back_equal()
    {
        Gen<byte[]> content = Gen.Elements("\r\n--b =3D\0\u00ffAZ az\t".ToCharArray()).Select(c => (byte)c).ArrayOf();
        Gen<TransferEncoding> encoding = Gen.Elements(
            TransferEncoding.Unstated, TransferEncoding.SevenBit, TransferEncoding.EightBit, TransferEncoding.Binary, TransferEncoding.Base64, TransferEncoding.QuotedPrintable);
        Gen<BodyPart> leaf = from c in content
                             from e in encoding
                             from named in Gen.Elements(true, false)
                             select new BodyPart
                             {
                                 Content = c,
                                 TransferEncoding = e,
                                 ContentId = named ? ContentIdUrl.CreateContentId() : null,
                                 Disposition = named ? new ContentDisposition("icon") : null,
                                 OtherHeaders = named ? [new BodyHeader("X-A", "b c")] : [],
                             };
        Gen<BodyPart> part = from leaves in Gen.NonEmptyListOf(leaf)
                             select leaves.Count < 3
                                 ? leaves[0]
                                 : Nest(MultipartBody.Create("related", leaves.Take(3)));
        Prop.ForAll(Gen.NonEmptyListOf(part).ToArbitrary(), parts =>
        {
            MultipartBody body = MultipartBody.Create("mixed", parts.Take(4));
            MultipartReadResult result = MultipartCodec.Read(body.ContentType, Encoding.Latin1.GetBytes(Print(body)), MultipartLimits.Default);
            return result.Warnings.IsEmpty && body.Equals(result.Body);
        }).QuickCheckThrowOnFailure();

        static BodyPart Nest(MultipartBody inner) => new() { ContentType = inner.ContentType, Multipart = inner };
    }

    private static string Print(MultipartBody body)
    {
        var output = new ArrayBufferWriter<byte>();
        MultipartCodec.Write(body, output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
