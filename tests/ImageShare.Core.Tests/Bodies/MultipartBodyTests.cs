using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class MultipartBodyTests
{
    private static readonly BodyPart Sdp = new() { ContentType = new MediaType("application", "sdp"), ContentId = "sdp@x", Content = "v=0\r\n"u8.ToArray() };
    private static readonly BodyPart OtherSdp = Sdp with { ContentId = "other@x" };
    private static readonly BodyPart Icon = new() { ContentType = new MediaType("image", "png"), ContentId = "icon@x", Content = new byte[] { 1 } };

    [Test]
    [Category("MIME-005")]
    public void The_root_is_what_start_names_else_the_first_part() => Assert.Multiple(() =>
    {
        Assert.That(Body("related;start=\"<sdp@x>\"", Icon, Sdp).Root, Is.EqualTo(Sdp));
        Assert.That(Body("related;start=sdp@x", Icon, Sdp).Root, Is.EqualTo(Sdp));
        Assert.That(Body("related", Sdp, Icon).Root, Is.EqualTo(Sdp));
        Assert.That(Body("related;start=\"<nobody@x>\"", Sdp, Icon).Root, Is.EqualTo(Sdp));
        Assert.That(Body("related;start=\"<SDP@x>\"", Icon, Sdp).Root, Is.EqualTo(Icon));
        Assert.That(Body("mixed", Sdp).Root, Is.Null);
        Assert.That(Body("related").Root, Is.Null);
    });

    [Test]
    [Category("MIME-005")]
    public void The_description_is_the_root_of_related_the_first_of_mixed_and_the_last_of_alternative() => Assert.Multiple(() =>
    {
        BodyPart rendered = Sdp with { Disposition = new ContentDisposition("render") };
        BodyPart nested = new() { ContentType = new MediaType("multipart", "related"), Multipart = Body("related", OtherSdp, Icon) };
        Assert.That(Body("related", Sdp, OtherSdp).FindSessionDescription(), Is.EqualTo(Sdp));
        Assert.That(Body("related", Icon, Sdp).FindSessionDescription(), Is.Null);
        Assert.That(Body("mixed", Icon, Sdp, OtherSdp).FindSessionDescription(), Is.EqualTo(Sdp));
        Assert.That(Body("mixed", rendered, OtherSdp).FindSessionDescription(), Is.EqualTo(OtherSdp));
        Assert.That(Body("mixed", Icon, nested).FindSessionDescription(), Is.EqualTo(OtherSdp));
        Assert.That(Body("alternative", Sdp, nested).FindSessionDescription(), Is.EqualTo(OtherSdp));
        Assert.That(Body("mixed", Icon).FindSessionDescription(), Is.Null);
        Assert.That(Body("mixed", Sdp with { IsDamaged = true }).FindSessionDescription(), Is.Null);
    });

    [TestCase("cid:foo4%25foo1@x", "foo4%foo1@x", true)]
    [TestCase("CID:icon@x", "icon@x", true)]
    [TestCase("cid:icon%40x", "icon@x", true)]
    [TestCase(" cid:icon@x ", "icon@x", true)]
    [TestCase("cid:ICON@x", "icon@x", false)]
    [TestCase("cid:%2569con@x", "icon@x", false)]
    [TestCase("mid:icon@x", "icon@x", false)]
    [TestCase("cid:", "", false)]
    [TestCase("", "", false)]
    [TestCase(null, "", false)]
    [Category("MIME-007")]
    public void A_cid_url_finds_the_part_with_that_id(string? url, string contentId, bool found)
    {
        BodyPart wanted = Icon with { ContentId = contentId };
        BodyPart nested = new() { ContentType = new MediaType("multipart", "mixed"), Multipart = Body("mixed", wanted) };
        Assert.That(Body("related", Sdp, nested).Resolve(url!), Is.EqualTo(found ? wanted : null));
    }

    [Test]
    [Category("MIME-007")]
    public void Two_parts_with_one_id_are_found_by_nobody()
    {
        MultipartReadResult result = MultipartReadTests.Read(
            "multipart/mixed;boundary=b", "--b\r\nContent-ID: <a@x>\r\n\r\n1\r\n--b\r\nContent-ID: <a@x>\r\n\r\n2\r\n--b--");
        Assert.Multiple(() =>
        {
            Assert.That(result.Body!.Resolve("cid:a@x"), Is.Null);
            Assert.That(result.Warnings.Select(w => w.Code), Is.EqualTo((BodyWarningCode[])[BodyWarningCode.DuplicateContentId]));
        });
    }

    [Test]
    [Category("MIME-007")]
    [Category("MIME-008")]
    public void Content_ids_are_random_and_come_back_from_their_urls()
    {
        HashSet<string> ids = [.. Enumerable.Range(0, 1000).Select(_ => ContentIdUrl.CreateContentId())];
        Assert.Multiple(() =>
        {
            Assert.That(ids, Has.Count.EqualTo(1000));
            Assert.That(ids, Has.All.Matches("^[A-Za-z0-9]{22}@imageshare.invalid$"));
            foreach (string id in (string[])["a%b@x", "\u00e9 <>\"\r\n@x", "a+b=c@x", ids.First()])
            {
                Assert.That(ContentIdUrl.TryParse(ContentIdUrl.ToUrl(id), out string? back), Is.True);
                Assert.That(back, Is.EqualTo(id));
            }

            Assert.That(ContentIdUrl.ToUrl("foo4%foo1@x"), Is.EqualTo("cid:foo4%25foo1@x"));
        });
    }

    [TestCase("", true)]
    [TestCase(";handling=required", true)]
    [TestCase(";handling=optional", false)]
    [TestCase(";handling=OPTIONAL", false)]
    [Category("MIME-012")]
    public void An_unknown_part_matters_unless_it_is_optional(string handling, bool expected)
    {
        Assert.That(ContentDisposition.TryParse(System.Text.Encoding.ASCII.GetBytes("alert" + handling), out ContentDisposition? disposition), Is.True);
        BodyPart unknown = new() { ContentType = new MediaType("audio", "wav"), Disposition = disposition };
        BodyPart? found = Body("mixed", Sdp, unknown).FindRequiredButUnknown(p => p.ContentType.Is("application", "sdp"));
        Assert.That(found, Is.EqualTo(expected ? unknown : null));
    }

    [TestCase("icon", "icon")]
    [TestCase(" icon ; handling = optional ", "icon;handling=optional")]
    [TestCase("attachment;filename=\"a \\\"b\\\".png\"", "attachment;filename=\"a \\\"b\\\".png\"")]
    [TestCase("icon;filename*=utf-8''caf%C3%A9.png", "icon;filename*=utf-8''caf%C3%A9.png")]
    [TestCase("", null)]
    [TestCase(";x=y", null)]
    [TestCase("icon x", null)]
    [TestCase("icon;a=\"open", null)]
    public void Dispositions_are_read_and_printed(string text, string? printed)
    {
        bool ok = ContentDisposition.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out ContentDisposition? value);
        Assert.That(ok, Is.EqualTo(printed is not null));
        if (value is not null)
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            value.Write(output);
            Assert.That(System.Text.Encoding.ASCII.GetString(output.WrittenSpan), Is.EqualTo(printed));
        }
    }

    [Test]
    public void Without_a_disposition_a_description_is_for_the_session_and_the_rest_to_render() => Assert.Multiple(() =>
    {
        Assert.That(Sdp.EffectiveDisposition, Is.EqualTo("session"));
        Assert.That(Icon.EffectiveDisposition, Is.EqualTo("render"));
        Assert.That(Icon.IsRequired, Is.True);
    });

    private static MultipartBody Body(string subtype, params BodyPart[] parts) => new(MediaType.Parse("multipart/" + subtype), [.. parts]);
}
