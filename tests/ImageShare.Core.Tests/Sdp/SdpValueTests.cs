using System.Buffers;
using System.Net;
using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>Descriptions, sections and attributes as values: when two are equal, and what cannot be written.</summary>
[TestFixture]
public sealed class SdpValueTests
{
    private static readonly MediaDescription Media = new()
    {
        Port = 9,
        PortCount = 2,
        Title = "a title",
        Connection = new ConnectionData("192.0.2.1"),
        Attributes = [new SdpAttribute("a", "1")],
        OtherLines = [new SdpLine('b', "AS:1")],
    };

    private static readonly SessionDescription Session = new()
    {
        Origin = new Origin("-", 1, 1, "192.0.2.1"),
        SessionName = "name",
        Information = "title",
        Connection = new ConnectionData("192.0.2.1"),
        Timing = new SdpTiming(1, 2),
        Attributes = [new SdpAttribute("a")],
        Media = [Media],
        OtherLines = [new SdpLine('b', "AS:1")],
    };

    private static readonly FileSelector Selector = new()
    {
        Name = "cat.png",
        Type = new MediaType("image", "png"),
        Size = 7,
        Hashes = [new FileHash("sha-1", 1, 2)],
        OtherSelectors = ["x:y"],
    };

    private static IEnumerable<TestCaseData> Pairs()
    {
        yield return Row("media", Media, Media with { Media = "audio" });
        yield return Row("port", Media, Media with { Port = 8 });
        yield return Row("port count", Media, Media with { PortCount = null });
        yield return Row("protocol", Media, Media with { Protocol = "TCP/TLS/MSRP" });
        yield return Row("formats", Media, Media with { Formats = ["0"] });
        yield return Row("title", Media, Media with { Title = null });
        yield return Row("connection", Media, Media with { Connection = null });
        yield return Row("attributes", Media, Media with { Attributes = [] });
        yield return Row("attribute value", Media, Media with { Attributes = [new SdpAttribute("a", "2")] });
        yield return Row("other lines", Media, Media with { OtherLines = [] });
        yield return Row("session origin", Session, Session with { Origin = Session.Origin.Next() });
        yield return Row("session name", Session, Session with { SessionName = "x" });
        yield return Row("session title", Session, Session with { Information = null });
        yield return Row("session connection", Session, Session with { Connection = null });
        yield return Row("session timing", Session, Session with { Timing = default });
        yield return Row("session attributes", Session, Session with { Attributes = [] });
        yield return Row("session media", Session, Session with { Media = [] });
        yield return Row("session other lines", Session, Session with { OtherLines = [] });
        yield return Row("selector name", Selector, Selector with { Name = null });
        yield return Row("selector type", Selector, Selector with { Type = null });
        yield return Row("selector size", Selector, Selector with { Size = 8 });
        yield return Row("selector hashes", Selector, Selector with { Hashes = [] });
        yield return Row("selector others", Selector, Selector with { OtherSelectors = [] });
        yield return Row("hash algorithm", new FileHash("sha-1", 1), new FileHash("sha-256", 1));
        yield return Row("hash value", new FileHash("sha-1", 1), new FileHash("sha-1", 2));
        yield return Row("fingerprint function", new Fingerprint("sha-256", 1), new Fingerprint("sha-1", 1));
        yield return Row("fingerprint value", new Fingerprint("sha-256", 1), new Fingerprint("sha-256", 2));
        yield return Row("types", AcceptedTypes.Parse("image/png"), AcceptedTypes.Parse("image/png image/gif"));
        yield return Row("attribute name", new SdpAttribute("a", "1"), new SdpAttribute("b", "1"));
        yield return Row("attribute without value", new SdpAttribute("a", ""), new SdpAttribute("a"));
        yield return Row("disposition", new FileDisposition("render"), new FileDisposition("attachment"));
    }

    [TestCaseSource(nameof(Pairs))]
    public void Values_that_differ_in_one_property_are_not_equal(object one, object other) => Assert.Multiple(() =>
    {
        Assert.That(one.Equals(other), Is.False);
        Assert.That(other.Equals(one), Is.False);
    });

    private static IEnumerable<TestCaseData> Same()
    {
        yield return Row("media", Media, Media with { Formats = ["*"], Attributes = [new SdpAttribute("a", "1")], OtherLines = [new SdpLine('b', "AS:1")] });
        yield return Row("media with defaults", new MediaDescription(), new MediaDescription { Attributes = default, OtherLines = default });
        yield return Row("session", Session, Session with { Media = [Media with { }], Warnings = [new SdpWarning(SdpWarningCode.NoSetup, 1)] });
        yield return Row("session with defaults", Session with { Media = [], Attributes = [], OtherLines = [] }, Session with { Media = default, Attributes = default, OtherLines = default });
        yield return Row("selector", Selector, Selector with { Hashes = [new FileHash("SHA-1", 1, 2)], OtherSelectors = ["x:y"] });
        yield return Row("selector with defaults", new FileSelector { Name = "a" }, new FileSelector { Name = "a", Hashes = default, OtherSelectors = default });
        yield return Row("hash", new FileHash("sha-1", 1), new FileHash("SHA-1", 1));
        yield return Row("hash without bytes", new FileHash("sha-1", default), new FileHash("sha-1", []));
        yield return Row("fingerprint", new Fingerprint("sha-256", 1), new Fingerprint("SHA-256", 1));
        yield return Row("fingerprint without bytes", new Fingerprint("sha-256", default), new Fingerprint("sha-256", []));
        yield return Row("types", AcceptedTypes.Parse("image/png *"), new AcceptedTypes(new MediaType("image", "png"), new MediaType("*", "*")));
        yield return Row("no types", new AcceptedTypes(), new AcceptedTypes([]));
        yield return Row("attribute", SdpAttributes.FileRange(new FileRange(1)), new SdpAttribute("file-range", "1-*"));
        yield return Row("disposition", new FileDisposition("Render"), FileDisposition.Render);
        yield return Row("no disposition", default(FileDisposition), new FileDisposition(null!));
    }

    [TestCaseSource(nameof(Same))]
    public void Equal_values_have_the_same_hash_code(object one, object other) => Assert.Multiple(() =>
    {
        Assert.That(one.Equals(other), Is.True);
        Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
        Assert.That(one.Equals(null), Is.False);
    });

    private static IEnumerable<TestCaseData> Unwritable()
    {
        yield return Row("media with a space", Media with { Media = "a b" });
        yield return Row("no media", Media with { Media = "" });
        yield return Row("protocol with a line break", Media with { Protocol = "TCP\r\na=x" });
        yield return Row("format with a tab", Media with { Formats = ["a\tb"] });
        yield return Row("title with a line break", Media with { Title = "a\nb" });
        yield return Row("attribute without a name", Media with { Attributes = [new SdpAttribute("")] });
        yield return Row("attribute with a colon in its name", Media with { Attributes = [new SdpAttribute("a:b")] });
        yield return Row("attribute with a space in its name", Media with { Attributes = [new SdpAttribute("a b", "c")] });
        yield return Row("attribute with a line break", Media with { Attributes = [new SdpAttribute("a", "b\r\nc")] });
        yield return Row("a kept m= line", Media with { OtherLines = [new SdpLine('m', "audio 1 RTP/AVP 0")] });
        yield return Row("a kept line of no type", Media with { OtherLines = [new SdpLine('=', "x")] });
        yield return Row("a kept line with a line break", Media with { OtherLines = [new SdpLine('b', "x\ry")] });
        yield return Row("address with a space", Media with { Connection = new ConnectionData("a b") });
        yield return Row("no address", Media with { Connection = new ConnectionData("") });
        yield return Row("network type", Media with { Connection = new ConnectionData("h") { NetworkType = "I N" } });
        yield return Row("address type", Media with { Connection = new ConnectionData("h") { AddressType = "" } });
        yield return Row("user name", Session with { Origin = Session.Origin with { UserName = "a b" } });
        yield return Row("origin network type", Session with { Origin = Session.Origin with { NetworkType = "" } });
        yield return Row("origin address type", Session with { Origin = Session.Origin with { AddressType = "a b" } });
        yield return Row("origin address", Session with { Origin = Session.Origin with { Address = "a\0b" } });
        yield return Row("session name with a line break", Session with { SessionName = "a\r\nb" });
        yield return Row("session title with a line break", Session with { Information = "a\0b" });
        yield return Row("hash without bytes", new FileHash("sha-1"));
        yield return Row("hash with a space", new FileHash("sha 1", 1));
        yield return Row("hash with a colon", new FileHash("sha:1", 1));
        yield return Row("hash with a quote", new FileHash("sha\"1", 1));
        yield return Row("hash with a line break", new FileHash("sha\n1", 1));
        yield return Row("no date", new FileDate());
        yield return Row("range from 0", new FileRange(0));
        yield return Row("range that ends before it starts", new FileRange(5, 4));
        yield return Row("fingerprint without bytes", new Fingerprint("sha-256"));
        yield return Row("empty selector", new FileSelector());
        yield return Row("other selector with a line break", Selector with { OtherSelectors = ["a\r\nb"] });
    }

    [TestCaseSource(nameof(Unwritable))]
    [Category("SEC-001")]
    public void No_value_ends_its_field_or_line(object value) =>
        Assert.That(value.ToString, Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue).And.Message.Length.GreaterThan(30));

    [TestCase(-1)]
    [TestCase(65536)]
    public void A_port_outside_its_range_is_not_written(int port) =>
        Assert.That(() => (Media with { Port = port }).ToString(), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Every_field_of_a_section_is_written_in_order() => Assert.Multiple(() =>
    {
        Assert.That(
            (Media with { Port = 65535, Formats = ["*", "x"] }).ToString(),
            Is.EqualTo("m=message 65535/2 TCP/MSRP * x\r\ni=a title\r\nc=IN IP4 192.0.2.1\r\nb=AS:1\r\na=a:1\r\n"));
        Assert.That(
            Session.ToString(),
            Is.EqualTo("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=name\r\ni=title\r\nc=IN IP4 192.0.2.1\r\nb=AS:1\r\nt=1 2\r\na=a\r\nm=message 9/2 TCP/MSRP *\r\ni=a title\r\nc=IN IP4 192.0.2.1\r\nb=AS:1\r\na=a:1\r\n"));
        Assert.That(new ConnectionData(IPAddress.IPv6Loopback).ToString(), Is.EqualTo("IN IP6 ::1"));
        Assert.That(new ConnectionData("h") { NetworkType = "X", AddressType = "Y" }.ToString(), Is.EqualTo("X Y h"));
        Assert.That(new SdpAttribute().ToString(), Is.Empty);
        Assert.That(new FileTransferId().ToString(), Is.Empty);
        Assert.That(default(FileDisposition).ToString(), Is.Empty);
        var output = new ArrayBufferWriter<byte>();
        new SdpTiming(3, 4).Write(output);
        Assert.That(Encoding.ASCII.GetString(output.WrittenSpan), Is.EqualTo(new SdpTiming(3, 4).ToString()).And.EqualTo("3 4"));
        Assert.That(() => new ConnectionData((IPAddress)null!), Throws.ArgumentNullException);
    });

    [TestCase("IN IP4 192.0.2.1", "192.0.2.1")]
    [TestCase("IN\tIP4  192.0.2.1 ", "192.0.2.1")]
    [TestCase("IN IP4", null)]
    [TestCase("IN IP4 ", null)]
    [TestCase("", null)]
    [TestCase("IN IP4 h x", null)]
    [TestCase("IN IP6 ff15::101/3", "ff15::101/3")]
    public void An_address_line_has_three_fields(string text, string? address) =>
        Assert.That(ConnectionData.TryParse(Encoding.ASCII.GetBytes(text), out ConnectionData? value) ? value.Address : null, Is.EqualTo(address));

    [TestCase("0 0", "0 0")]
    [TestCase("1  2 ", "1 2")]
    [TestCase("12", null)]
    [TestCase("1 ", null)]
    [TestCase("1 x", null)]
    [TestCase("x 1", null)]
    [TestCase("1 2 3", null)]
    [TestCase("-1 0", null)]
    [TestCase("", null)]
    public void A_timing_line_has_two_numbers(string text, string? timing) =>
        Assert.That(SdpTiming.TryParse(Encoding.ASCII.GetBytes(text), out SdpTiming value) ? value.ToString() : null, Is.EqualTo(timing));

    [TestCase("active", SetupRole.Active)]
    [TestCase(" PASSIVE ", SetupRole.Passive)]
    [TestCase("actpass", SetupRole.ActPass)]
    [TestCase("HoldConn", SetupRole.HoldConn)]
    [TestCase("", null)]
    [TestCase(null, null)]
    [TestCase("acti", null)]
    public void Roles_are_read_and_written(string? text, SetupRole? role)
    {
        Assert.That(SetupRoles.FromAttributeValue(text), Is.EqualTo(role));
        Assert.That(role?.ToAttributeValue(), Is.EqualTo(role is null ? null : text!.Trim().ToLowerInvariant()));
    }

    [Test]
    public void Values_that_do_not_exist_are_refused() => Assert.Multiple(() =>
    {
        Assert.That(() => ((SetupRole)9).ToAttributeValue(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ((MediaDirection)9).ToAttributeName(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(MediaDirections.FromAttributeName("SENDONLY"), Is.EqualTo(MediaDirection.SendOnly));
        Assert.That(() => SdpAttributes.MaxSize(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(SdpAttributes.MaxSize(0).ToString(), Is.EqualTo("max-size:0"));
        Assert.That(() => SdpAttributes.Path(""), Throws.TypeOf<ImageShareException>());
        Assert.That(() => SdpAttributes.Path("a", null!), Throws.TypeOf<ImageShareException>());
        Assert.That(() => SdpAttributes.FileIcon(null!), Throws.ArgumentNullException);
        Assert.That(() => new FileHash(""), Throws.ArgumentException);
        Assert.That(() => new Fingerprint(""), Throws.ArgumentException);
        Assert.That(() => new FileSelector { Size = -1 }.ToString(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new FileSelector { Name = "" }.ToString(), Throws.TypeOf<ImageShareException>(), "an empty name is no name");
    });

    [TestCase("image/png", "image/png", true)]
    [TestCase("  image/png\t* ", "image/png *", true)]
    [TestCase("*", "*", true)]
    [TestCase(" * ", "*", true)]
    [TestCase("", null, false)]
    [TestCase(" ", null, false)]
    [TestCase("image/png nonsense", null, false)]
    [TestCase("image/png \"open", null, false)]
    public void A_list_of_types_is_read_to_its_end_or_not_at_all(string text, string? written, bool isRead)
    {
        Assert.That(AcceptedTypes.TryParse(Encoding.ASCII.GetBytes(text), out AcceptedTypes? types), Is.EqualTo(isRead));
        Assert.That(types?.ToString(), Is.EqualTo(written));
    }

    [TestCase("image/*", "IMAGE/png", true)]
    [TestCase("image/*", "text/png", false)]
    [TestCase("*/png", "image/png", false)]
    [TestCase("*", "a/b", true)]
    public void A_type_matches_an_entry(string list, string type, bool matches) =>
        Assert.That(AcceptedTypes.Parse(list).Matches(MediaType.Parse(type)), Is.EqualTo(matches));

    [TestCase("message", "TCP/MSRP", true, false)]
    [TestCase("MESSAGE", "tcp/tls/msrp", true, true)]
    [TestCase("audio", "TCP/MSRP", false, false)]
    [TestCase("audio", "TCP/TLS/MSRP", false, false)]
    [TestCase("message", "RTP/AVP", false, false)]
    [Category("SDP-004")]
    public void A_section_is_for_MSRP_by_its_media_and_protocol(string media, string protocol, bool isMsrp, bool isOverTls)
    {
        var section = new MediaDescription { Media = media, Protocol = protocol };
        Assert.That((section.IsMsrp, section.IsMsrpOverTls, section.HasMsrpCema), Is.EqualTo((isMsrp, isOverTls, false)));
        Assert.That(section.With(SdpAttributes.MsrpCema).HasMsrpCema, Is.True);
    }

    [TestCase("sendonly", null, MediaDirection.SendOnly)]
    [TestCase("RECVONLY", null, MediaDirection.ReceiveOnly)]
    [TestCase("inactive", null, MediaDirection.Inactive)]
    [TestCase("sendonly", "x", null)]
    [TestCase("sendlots", null, null)]
    [TestCase("send", null, null)]
    public void A_direction_is_an_attribute_without_a_value(string name, string? value, MediaDirection? direction) =>
        Assert.That(new MediaDescription { Attributes = [new SdpAttribute("x"), new SdpAttribute(name, value)] }.Direction, Is.EqualTo(direction));

    [Test]
    public void A_number_is_0_by_default() => Assert.Multiple(() =>
    {
        Assert.That(default(SdpNumber).ToString(), Is.EqualTo("0"));
        Assert.That(default(SdpNumber).Next().ToString(), Is.EqualTo("1"));
        Assert.That((SdpNumber)1 != 2, Is.True);
        Assert.That((SdpNumber)1 != 1, Is.False);
        Assert.That(((SdpNumber)1).Equals((object)(SdpNumber)1), Is.True);
        Assert.That(((SdpNumber)1).Equals("1"), Is.False);
    });

    [Test]
    public void Attributes_are_created_as_their_RFCs_write_them() => Assert.Multiple(() =>
    {
        Assert.That(SdpAttributes.Setup(SetupRole.HoldConn).ToString(), Is.EqualTo("setup:holdconn"));
        Assert.That(SdpAttributes.MsrpCema.ToString(), Is.EqualTo("msrp-cema"));
        Assert.That(SdpAttributes.FileRange(new FileRange(5, 9)).ToString(), Is.EqualTo("file-range:5-9"));
        Assert.That(SdpAttributes.Direction(MediaDirection.Inactive).ToString(), Is.EqualTo("inactive"));
        Assert.That(SdpAttributes.Path("msrp://a/b;tcp", "msrp://c/d;tcp").ToString(), Is.EqualTo("path:msrp://a/b;tcp msrp://c/d;tcp"));
        Assert.That(FileRange.Whole, Is.EqualTo(new FileRange(1, null)));
        Assert.That(AcceptedTypes.Anything.ToString(), Is.EqualTo("*"));
    });

    [TestCase("MaxLines")]
    [TestCase("MaxLineBytes")]
    [TestCase("MaxMedia")]
    [TestCase("MaxAttributes")]
    [TestCase("MaxFormats")]
    [Category("SDP-011")]
    public void Limits_below_zero_are_refused(string limit)
    {
        Assert.That(() => Set(-1), Throws.TypeOf<ArgumentOutOfRangeException>());

        SdpLimits Set(int value) => limit switch
        {
            "MaxLines" => new SdpLimits { MaxLines = value },
            "MaxLineBytes" => new SdpLimits { MaxLineBytes = value },
            "MaxMedia" => new SdpLimits { MaxMedia = value },
            "MaxAttributes" => new SdpLimits { MaxAttributes = value },
            _ => new SdpLimits { MaxFormats = value },
        };
    }

    [Test]
    [Category("SDP-011")]
    public void The_defaults_of_the_limits_are_as_documented() =>
        Assert.That(SdpLimits.Default, Is.EqualTo(new SdpLimits { MaxLines = 512, MaxLineBytes = 4096, MaxMedia = 16, MaxAttributes = 256, MaxFormats = 64 }));

    [Test]
    public void Arguments_that_are_null_are_refused()
    {
        Action[] calls =
        [
            () => AcceptedTypes.Anything.Matches(null!),
            () => AcceptedTypes.Parse(null!),
            () => AcceptedTypes.Anything.Write(null!),
            () => new Fingerprint("sha-256", 1).Write(null!),
            () => MediaDirections.FromAttributeName(null!),
            () => new FileDate { Read = DateTimeOffset.UnixEpoch }.Write(null!),
            () => new FileHash("sha-1", 1).Write(null!),
            () => new FileHash("sha-1", 1).IsSameAlgorithmAs(null!),
            () => FileRange.Whole.Write(null!),
            () => Selector.IsSameFileAs(null!),
            () => Selector.Write(null!),
            () => FingerprintSet.FromMedia(null!, Media),
            () => FingerprintSet.FromMedia(Session, null!),
            () => Media.Write(null!),
            () => OfferAnswer.Refuse(null!),
            () => OfferAnswer.Check(null!, Session, out _),
            () => OfferAnswer.Check(Session, null!, out _),
            () => OfferRevision.Next(null!, Session),
            () => OfferRevision.Next(Session, null!),
            () => OfferRevision.Add([Media], null!),
            () => Origin.Create(null!),
            () => Session.Origin.Write(null!),
            () => new SdpAttribute("a").Write(null!),
            () => SdpAttributes.Path(null!),
            () => Session.Timing.Write(null!),
            () => Session.GetDirection(null!),
            () => Session.GetConnection(null!),
            () => Session.GetSetup(null!),
            () => Session.Write(null!),
        ];
        Assert.Multiple(() =>
        {
            for (int i = 0; i < calls.Length; i++)
            {
                Assert.That(calls[i], Throws.ArgumentNullException, $"{i}");
            }
        });
        Assert.That(OfferRevision.Add(default, Media), Is.EqualTo((MediaDescription[])[Media]), "no sections yet");
    }

    private static TestCaseData Row(string name, params object[] values) => new TestCaseData(values).SetArgDisplayNames(name);
}
