using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
public sealed class MediaDescriptionTests
{
    [TestCase("*", "image/png", true)]
    [TestCase("image/*", "image/png", true)]
    [TestCase("image/*", "text/plain", false)]
    [TestCase(" image/jpeg", "IMAGE/JPEG", true)]
    [TestCase("text/plain\tmessage/CPIM  ", "message/cpim", true)]
    [TestCase("text/plain;charset=\"a b\" image/png", "image/png", true)]
    [TestCase("text/plain", "image/png", false)]
    [TestCase("image/png;profile=a", "image/png", true)]
    [TestCase("image/png;profile=a", "image/png;profile=b", true)]
    [Category("MSRP-034")]
    public void Accepted_types_match(string list, string type, bool expected)
    {
        foreach (string name in (string[])["accept-types", "accept-wrapped-types"])
        {
            var media = new MediaDescription { Attributes = [new SdpAttribute(name, list)] };
            AcceptedTypes? types = name == "accept-types" ? media.AcceptTypes : media.AcceptWrappedTypes;
            Assert.That(types!.Matches(MediaType.Parse(type)), Is.EqualTo(expected), name);
        }
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("nonsense")]
    [TestCase("image/png \"open")]
    public void Unreadable_types_are_as_good_as_absent(string list) =>
        Assert.That(new MediaDescription { Attributes = [new SdpAttribute("accept-types", list)] }.AcceptTypes, Is.Null);

    [Test]
    [Category("MSRP-034")]
    public void Accepted_types_print_as_they_are_read() => Assert.Multiple(() =>
    {
        Assert.That(AcceptedTypes.Parse("image/png;profile=a image/*").ToString(), Is.EqualTo("image/png;profile=a image/*"));
        Assert.That(AcceptedTypes.Parse("image/png  * text/*").ToString(), Is.EqualTo("image/png * text/*"));
        Assert.That(AcceptedTypes.Parse("*"), Is.EqualTo(AcceptedTypes.Anything));
        Assert.That(() => AcceptedTypes.Parse(""), Throws.TypeOf<FormatException>());
    });

    [Test]
    public void A_bare_file_selector_is_a_capability_and_no_file() => Assert.Multiple(() =>
    {
        var bare = new MediaDescription { Attributes = [SdpAttributes.BareFileSelector] };
        Assert.That(bare.HasBareFileSelector, Is.True);
        Assert.That(bare.FileSelector, Is.Null);
        Assert.That(bare.ToString(), Is.EqualTo("m=message 0 TCP/MSRP *\r\na=file-selector\r\n"));
        Assert.That(new MediaDescription { Attributes = [new SdpAttribute("file-selector", "size:1")] }.HasBareFileSelector, Is.False);
        Assert.That(new MediaDescription().HasBareFileSelector, Is.False);
    });

    [TestCase("max-size", "12x")]
    [TestCase("max-size", "-1")]
    [TestCase("max-size", "9223372036854775808")]
    [TestCase("max-size", "")]
    [TestCase("setup", "maybe")]
    [TestCase("path", "  ")]
    [TestCase("file-icon", "http://x")]
    [TestCase("file-icon", "cid:")]
    [TestCase("file-date", "creation:yesterday")]
    [TestCase("file-range", "0-1")]
    [TestCase("file-selector", "size:-1")]
    [TestCase("file-transfer-id", "a b")]
    [TestCase("file-disposition", "a b")]
    public void An_unreadable_value_reads_as_absent_and_is_warned_of(string name, string value)
    {
        string text = SessionDescriptionTests.StrictOffer.Replace($"a={name}:", "a=x-", StringComparison.Ordinal) + $"a={name}:{value}\r\n";
        SessionDescription session = SessionDescriptionTests.Parse(text);
        MediaDescription media = session.Media[0];
        object? view = name switch
        {
            "max-size" => media.MaxSize,
            "setup" => media.Setup,
            "path" => media.Path,
            "file-icon" => media.FileIcon,
            "file-date" => media.FileDate,
            "file-range" => media.FileRange,
            "file-selector" => media.FileSelector,
            "file-transfer-id" => media.FileTransferId,
            _ => media.FileDisposition,
        };
        Assert.Multiple(() =>
        {
            Assert.That(view, Is.Null);
            Assert.That(session.Warnings.Count(w => w.Code == SdpWarningCode.UnreadableAttribute), Is.EqualTo(1));
        });
    }

    [Test]
    public void Attributes_are_replaced_in_place_and_removed()
    {
        var media = new MediaDescription { Attributes = [new("a", "1"), new("b"), new("A", "2")] };
        Assert.Multiple(() =>
        {
            Assert.That(media.With(new SdpAttribute("A", "9")).Attributes, Is.EqualTo((SdpAttribute[])[new("A", "9"), new("b"), new("A", "2")]));
            Assert.That(media.With(new SdpAttribute("c")).Attributes, Has.Length.EqualTo(4));
            Assert.That(media.Without("a").Attributes, Is.EqualTo((SdpAttribute[])[new("b")]));
        });
    }

    [Test]
    public void A_path_is_a_list_of_uris()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new MediaDescription { Attributes = [SdpAttributes.Path("msrps://relay:1/a;tcp", "msrp://h/b;tcp")] }.Path, Has.Count.EqualTo(2));
            Assert.That(() => SdpAttributes.Path(), Throws.TypeOf<ImageShareException>());
            Assert.That(() => SdpAttributes.Path("msrp://h/a b"), Throws.TypeOf<ImageShareException>());
            Assert.That(() => SdpAttributes.Path("msrp://h/a\r\n"), Throws.TypeOf<ImageShareException>());
        });
    }

    [TestCase("msrp://h:1/jshA7we;tcp", true)]
    [TestCase("msrp://h:1/fnfozvsrtkj;tcp", true)]
    [TestCase("msrp://h:1/1234567890123;tcp", true)]
    [TestCase("msrp://h:1;tcp", true)]
    [TestCase("nonsense", true)]
    [TestCase("msrp://h:1/4f2a9c1b7d8e6a5f4c3b;tcp", false)]
    [TestCase("msrp://h:1/Zq3cGJyh4vUeO1bN0sXw2A;tcp", false)]
    public void A_path_that_can_be_guessed_is_warned_of(string uri, bool expected)
    {
        string text = SessionDescriptionTests.StrictOffer.Replace("msrp://[2001:db8::7]:7654/Zq3cGJyh4vUeO1bN0sXw2A;tcp", uri, StringComparison.Ordinal);
        Assert.That(
            SessionDescriptionTests.Parse(text).Warnings.Any(w => w.Code == SdpWarningCode.ShortPathSessionId), Is.EqualTo(expected));
    }

    [Test]
    [Category("FT-031")]
    public void Unusable_hashes_and_unknown_selectors_are_warned_of()
    {
        string text = SessionDescriptionTests.StrictOffer.Replace("size:32349", "size:32349 hash:md5:00 hash:sha-1:00:11 color:red", StringComparison.Ordinal);
        SdpWarningCode[] codes = [.. SessionDescriptionTests.Parse(text).Warnings.Select(w => w.Code)];
        Assert.Multiple(() =>
        {
            Assert.That(codes.Count(c => c == SdpWarningCode.UnusableHash), Is.EqualTo(2));
            Assert.That(codes, Does.Contain(SdpWarningCode.UnknownFileSelector));
        });
    }

    [Test]
    [Category("FT-018")]
    public void Only_render_may_be_displayed_unasked() => Assert.Multiple(() =>
    {
        Assert.That(FileDisposition.Render.MayDisplay, Is.True);
        Assert.That(new FileDisposition("RENDER").MayDisplay, Is.True);
        Assert.That(FileDisposition.Attachment.MayDisplay, Is.False);
        Assert.That(new FileDisposition("explode").MayDisplay, Is.False);
    });
}
