using System.Net;
using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
public sealed class SessionDescriptionTests
{
    // An offer of an old client, as it went over the wire.
    internal static readonly string OldOffer = System.Text.Encoding.UTF8.GetString(SeedMessages.Offer);

    // An offer as RFC 5547 asks for, with an empty session name as its own figures have.
    internal const string StrictOffer =
        "v=0\r\n" +
        "o=alice 2890844526 2890844526 IN IP6 2001:db8::7\r\n" +
        "s=\r\n" +
        "c=IN IP6 2001:db8::7\r\n" +
        "t=0 0\r\n" +
        "m=message 7654 TCP/MSRP *\r\n" +
        "i=My latest picture\r\n" +
        "a=sendonly\r\n" +
        "a=setup:actpass\r\n" +
        "a=accept-types:image/*\r\n" +
        "a=path:msrp://[2001:db8::7]:7654/Zq3cGJyh4vUeO1bN0sXw2A;tcp\r\n" +
        "a=max-size:1000000\r\n" +
        "a=file-selector:name:\"cat.jpg\" type:image/jpeg size:32349\r\n" +
        "a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\n" +
        "a=file-disposition:attachment\r\n" +
        "a=file-date:creation:\"Mon, 15 May 2006 15:01:31 +0300\"\r\n" +
        "a=file-range:1-32349\r\n";

    [Test]
    [Category("SDP-001")]
    public void Composing_from_the_inputs_of_the_old_offer_gives_its_555_octets()
    {
        byte[] sha1 = Convert.FromHexString("4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB");
        IPAddress address = IPAddress.Parse("192.168.16.108");
        var offer = new SessionDescription
        {
            Origin = new Origin("-", 3344, 3344, address.ToString()),
            SessionName = "Mercuro IMS Client Session",
            Media =
            [
                new MediaDescription
                {
                    Port = 1248,
                    Connection = new ConnectionData(address),
                    Attributes =
                    [
                        SdpAttributes.Direction(MediaDirection.SendOnly),
                        SdpAttributes.AcceptTypes(AcceptedTypes.Parse("text/plain message/cpim")),
                        SdpAttributes.AcceptWrappedTypes(AcceptedTypes.Anything),
                        SdpAttributes.FileSelector(new FileSelector
                        {
                            Name = "Image 18.png",
                            Type = new MediaType("image", "png"),
                            Size = 78169,
                            Hashes = [new FileHash("sha-1", [.. sha1])],
                        }),
                        SdpAttributes.FileDisposition(FileDisposition.Render),
                        SdpAttributes.FileDate(
                            new FileDate { Created = new DateTimeOffset(2008, 10, 15, 10, 40, 46, 405, TimeSpan.Zero) }, FileDateStyle.Iso8601),
                        SdpAttributes.FileIcon("cid:test@mercuro.net"),
                        SdpAttributes.Path("msrp://192.168.16.108:1248/fnfozvsrtkj;tcp"),
                        SdpAttributes.FileTransferId(new FileTransferId("prepggxrpnrvystmwcysyycqpevikeff")),
                    ],
                },
            ],
        };

        byte[] written = offer.ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(written, Has.Length.EqualTo(555));
            Assert.That(Encoding.UTF8.GetString(written), Is.EqualTo(OldOffer));
        });
    }

    [Test]
    [Category("SDP-004")]
    [Category("FT-001")]
    [Category("FT-029")]
    public void Reads_every_field_of_the_old_offer()
    {
        SessionDescription offer = Parse(OldOffer);
        MediaDescription media = offer.Media[0];
        Assert.Multiple(() =>
        {
            Assert.That(offer.Origin, Is.EqualTo(new Origin("-", 3344, 3344, "192.168.16.108")));
            Assert.That(offer.SessionName, Is.EqualTo("Mercuro IMS Client Session"));
            Assert.That(offer.Connection, Is.Null);
            Assert.That(offer.GetConnection(media)!.IPAddress, Is.EqualTo(IPAddress.Parse("192.168.16.108")));
            Assert.That(media.IsMsrp, Is.True);
            Assert.That(media.Port, Is.EqualTo(1248));
            Assert.That(offer.GetDirection(media), Is.EqualTo(MediaDirection.SendOnly));
            Assert.That(media.AcceptTypes!.Matches(new MediaType("Message", "CPIM")), Is.True);
            Assert.That(media.AcceptTypes.Matches(new MediaType("image", "png")), Is.False);
            Assert.That(media.AcceptWrappedTypes!.Matches(new MediaType("image", "png")), Is.True);
            Assert.That(media.FileSelector!.Name, Is.EqualTo("Image 18.png"));
            Assert.That(media.FileSelector.Type!.Essence, Is.EqualTo("image/png"));
            Assert.That(media.FileSelector.Size, Is.EqualTo(78169));
            Assert.That(media.FileSelector.Sha1, Does.StartWith("4AFB"));
            Assert.That(media.FileDisposition, Is.EqualTo(FileDisposition.Render));
            Assert.That(media.FileDate!.Created, Is.EqualTo(new DateTimeOffset(2008, 10, 15, 10, 40, 46, 405, TimeSpan.Zero)));
            Assert.That(media.FileIcon, Is.EqualTo("cid:test@mercuro.net"));
            Assert.That(media.Path, Is.EqualTo((string[])["msrp://192.168.16.108:1248/fnfozvsrtkj;tcp"]));
            Assert.That(media.FileTransferId!.Value.Value, Is.EqualTo("prepggxrpnrvystmwcysyycqpevikeff"));
            Assert.That(media.Setup, Is.Null);
            Assert.That(media.MaxSize, Is.Null);
            Assert.That(media.FileRange, Is.Null);
        });
    }

    [Test]
    public void Names_what_the_old_offer_does_that_the_rules_do_not_ask_for()
    {
        Assert.That(Parse(OldOffer).Warnings.Select(w => (w.Code, Line(OldOffer, w.Offset))), Is.EquivalentTo(((SdpWarningCode, string)[])
        [
            (SdpWarningCode.WeakSessionId, "o=- 3344"),
            (SdpWarningCode.NoSetup, "m=messag"),
            (SdpWarningCode.NoMaxSize, "m=messag"),
            (SdpWarningCode.FileTypeNotAccepted, "a=accept"),
            (SdpWarningCode.BeyondImageShare, "a=accept"),
            (SdpWarningCode.FileDateSpelling, "a=file-d"),
            (SdpWarningCode.BeyondImageShare, "a=file-i"),
            (SdpWarningCode.ShortPathSessionId, "a=path:m"),
        ]));
    }

    [Test]
    [Category("SDP-002")]
    [Category("SDP-014")]
    public void Reads_a_strict_offer_with_an_empty_session_name_and_never_writes_one()
    {
        SessionDescription offer = Parse(StrictOffer);
        MediaDescription media = offer.Media[0];
        Assert.Multiple(() =>
        {
            Assert.That(offer.Warnings.Select(w => w.Code), Is.EqualTo((SdpWarningCode[])[SdpWarningCode.EmptySessionName]));
            Assert.That(offer.SessionName, Is.EqualTo("-"));
            Assert.That(offer.Origin.AddressType, Is.EqualTo("IP6"));
            Assert.That(offer.GetConnection(media)!.IPAddress, Is.EqualTo(IPAddress.Parse("2001:DB8:0:0::7")));
            Assert.That(offer.GetSetup(media), Is.EqualTo(SetupRole.ActPass));
            Assert.That(media.Title, Is.EqualTo("My latest picture"));
            Assert.That(media.MaxSize, Is.EqualTo(1_000_000));
            Assert.That(media.FileRange, Is.EqualTo(new FileRange(1, 32349)));
            Assert.That(media.FileDisposition!.Value.MayDisplay, Is.False);
            Assert.That(offer.ToString(), Is.EqualTo(StrictOffer.Replace("s=\r\n", "s=-\r\n", StringComparison.Ordinal)));
            Assert.That(new SessionDescription { Origin = offer.Origin, SessionName = "" }.ToString(), Does.Contain("s=-\r\n"));
        });
    }

    [Test]
    [Category("SDP-001")]
    public void Line_feeds_alone_and_a_missing_last_line_end_change_nothing_but_the_warnings()
    {
        SessionDescription crlf = Parse(OldOffer);
        SessionDescription lf = Parse(OldOffer.Replace("\r\n", "\n", StringComparison.Ordinal));
        SessionDescription cut = Parse(OldOffer.TrimEnd());
        SessionDescription blank = Parse(OldOffer + "\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(lf, Is.EqualTo(crlf));
            Assert.That(lf.Warnings.Count(w => w.Code == SdpWarningCode.BareLineFeed), Is.EqualTo(1));
            Assert.That(cut, Is.EqualTo(crlf));
            Assert.That(cut.Warnings.Select(w => w.Code), Does.Contain(SdpWarningCode.MissingFinalLineEnd));
            Assert.That(blank, Is.EqualTo(crlf));
            Assert.That(blank.Warnings.Select(w => w.Code), Does.Contain(SdpWarningCode.EmptyLine));
        });
    }

    [Test]
    [Category("SDP-001")]
    public void Lines_in_any_order_are_read_and_printed_in_the_right_one()
    {
        const string shuffled = "t=0 0\r\ns=x\r\na=tool:y\r\nc=IN IP4 192.0.2.1\r\nb=AS:64\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\nv=0\r\n"
            + "m=message 9 TCP/MSRP *\r\na=sendonly\r\nb=AS:1\r\nc=IN IP4 192.0.2.2\r\ni=title\r\n";
        SessionDescription read = Parse(shuffled);
        Assert.Multiple(() =>
        {
            Assert.That(read.Warnings.Count(w => w.Code == SdpWarningCode.LineOutOfOrder), Is.GreaterThanOrEqualTo(2));
            Assert.That(read.ToString(), Is.EqualTo(
                "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=x\r\nc=IN IP4 192.0.2.1\r\nb=AS:64\r\nt=0 0\r\na=tool:y\r\n"
                + "m=message 9 TCP/MSRP *\r\ni=title\r\nc=IN IP4 192.0.2.2\r\nb=AS:1\r\na=sendonly\r\n"));
        });
    }

    [Test]
    [Category("SDP-005")]
    public void Unknown_lines_and_attributes_are_kept_in_order_and_warned_of()
    {
        const string text = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nu=http://example.com\r\ne=a@example.com\r\nb=X-YZ:128\r\n"
            + "t=0 0\r\nr=7d 1h 0\r\nt=1 2\r\nr=8d 1h 0\r\nk=prompt\r\na=x-thing:1\r\na=x-thing:2\r\nx=unknown\r\n"
            + "m=message 0 TCP/MSRP *\r\nb=nonsense\r\na=y-thing\r\na=sendonly\r\na=y-thing\r\n";
        SessionDescription read = Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That(read.ToString(), Is.EqualTo(text));
            Assert.That(read.Warnings.Count(w => w.Code == SdpWarningCode.UnknownAttribute), Is.EqualTo(4));
            Assert.That(read.Warnings.Count(w => w.Code == SdpWarningCode.UnknownLine), Is.EqualTo(1));
            Assert.That(read.Warnings.Where(w => w.Code == SdpWarningCode.UnreadableLine).Select(w => Line(text, w.Offset)),
                Is.EqualTo((string[])["k=prompt", "b=nonsen"]));
        });
    }

    [Test]
    [Category("SDP-004")]
    public void A_section_in_use_needs_an_address()
    {
        const string head = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
        Assert.Multiple(() =>
        {
            Assert.That(ErrorOf(head + "m=message 7 TCP/MSRP *\r\n"), Is.EqualTo(new SdpReadError(SdpReadErrorCode.MissingConnection, head.Length)));
            Assert.That(ErrorOf(head + "m=message 0 TCP/MSRP *\r\n").Code, Is.EqualTo(SdpReadErrorCode.None));
            Assert.That(ErrorOf(head + "m=message 7 TCP/MSRP *\r\nc=IN IP4 192.0.2.1\r\n").Code, Is.EqualTo(SdpReadErrorCode.None));
        });
    }

    [TestCase("", SdpReadErrorCode.Empty, 0)]
    [TestCase("hello", SdpReadErrorCode.MalformedLine, 0)]
    [TestCase("v=0\r\nx", SdpReadErrorCode.MalformedLine, 5)]
    [TestCase("v=0\r\n =x", SdpReadErrorCode.MalformedLine, 5)]
    [TestCase("v=1\r\n", SdpReadErrorCode.UnsupportedVersion, 0)]
    [TestCase("v=\r\n", SdpReadErrorCode.UnsupportedVersion, 0)]
    [TestCase("s=-\r\n", SdpReadErrorCode.MissingVersion, 0)]
    [TestCase("v=0\r\ns=-\r\n", SdpReadErrorCode.MissingOrigin, 0)]
    [TestCase("v=0\r\no=\r\n", SdpReadErrorCode.MalformedOrigin, 5)]
    [TestCase("v=0\r\no=- 1 2 IN IP4\r\n", SdpReadErrorCode.MalformedOrigin, 5)]
    [TestCase("v=0\r\no=- -1 2 IN IP4 h\r\n", SdpReadErrorCode.MalformedOrigin, 5)]
    [TestCase("v=0\r\no=- +1 2 IN IP4 h\r\n", SdpReadErrorCode.MalformedOrigin, 5)]
    [TestCase("v=0\r\no=- 1x 2 IN IP4 h\r\n", SdpReadErrorCode.MalformedOrigin, 5)]
    [TestCase("v=0\r\nm=\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\nm=message\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\nm=message 1 TCP/MSRP\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\nm=message 65536 TCP/MSRP *\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\nm=message -1 TCP/MSRP *\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\nm=message 1/4294967295 TCP/MSRP *\r\n", SdpReadErrorCode.MalformedMedia, 5)]
    [TestCase("v=0\r\na=x\0y\r\n", SdpReadErrorCode.ForbiddenByte, 5)]
    [TestCase("v=0\r\na=x\ry\r\n", SdpReadErrorCode.ForbiddenByte, 5)]
    public void What_is_no_description_says_why_and_where(string text, SdpReadErrorCode code, int offset) =>
        Assert.That(ErrorOf(text), Is.EqualTo(new SdpReadError(code, offset)));

    [Test]
    public void Other_media_and_several_ports_are_read_and_kept()
    {
        const string text = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
            + "m=audio 49170/2 RTP/AVP 0 8 97\r\na=rtpmap:97 iLBC/8000\r\nm=message 7 TCP/TLS/MSRP *\r\na=setup:active\r\na=max-size:5\r\n";
        SessionDescription read = Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That(read.Media[0], Has.Property("PortCount").EqualTo(2).And.Property("IsMsrp").False);
            Assert.That(read.Media[0].Formats, Is.EqualTo((string[])["0", "8", "97"]));
            Assert.That(read.Media[1].IsMsrp, Is.True);
            Assert.That(read.Warnings.Select(w => w.Code), Is.EqualTo([SdpWarningCode.NoPath, SdpWarningCode.NoAcceptTypes]), "of the section with MSRP, not of the other");
            Assert.That(read.ToString(), Is.EqualTo(text));
        });
    }

    [Test]
    [Category("SDP-011")]
    public void Every_limit_is_kept()
    {
        const string head = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
        Assert.Multiple(() =>
        {
            Assert.That(ErrorOf(head + Repeat("a=x\r\n", 64)).Code, Is.EqualTo(SdpReadErrorCode.None));
            Assert.That(ErrorOf(head + Repeat("a=x\r\n", 257)), Is.EqualTo(new SdpReadError(SdpReadErrorCode.TooManyAttributes, head.Length + (256 * 5))));
            Assert.That(ErrorOf(head + Repeat("a=\r\n", 257)).Code, Is.EqualTo(SdpReadErrorCode.TooManyAttributes));
            Assert.That(ErrorOf(head + Repeat("m=message 1 TCP/MSRP *\r\n", 17)).Code, Is.EqualTo(SdpReadErrorCode.TooManyMedia));
            Assert.That(ErrorOf(head + "m=audio 1 RTP/AVP" + Repeat(" 1", 65) + "\r\n").Code, Is.EqualTo(SdpReadErrorCode.TooManyFormats));
            Assert.That(ErrorOf(head + "a=" + new string('x', 4095) + "\r\n").Code, Is.EqualTo(SdpReadErrorCode.LineTooLong));
            Assert.That(ErrorOf(head + "a=" + new string('x', 4094) + "\r\n").Code, Is.EqualTo(SdpReadErrorCode.None));
            Assert.That(ErrorOf(head + Repeat("x=\r\n", 508)).Code, Is.EqualTo(SdpReadErrorCode.TooManyLines));
            Assert.That(ErrorOf(new string('\n', 513)).Code, Is.EqualTo(SdpReadErrorCode.TooManyLines));
            Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(OldOffer), new SdpLimits { MaxLines = 14 }, out _, out SdpReadError error), Is.False);
            Assert.That(error.Code, Is.EqualTo(SdpReadErrorCode.TooManyLines));
        });
    }

    [TestCase("session")]
    [TestCase("origin")]
    [TestCase("attribute value")]
    [TestCase("attribute name")]
    [TestCase("format")]
    [TestCase("connection")]
    [TestCase("kept line")]
    public void No_value_ends_its_line_or_field(string where)
    {
        foreach (string bad in (string[])["a\r\na=path:msrp://evil", "a\nb", "a\0b"])
        {
            SessionDescription session = Parse(StrictOffer);
            MediaDescription media = session.Media[0];
            session = where switch
            {
                "session" => session with { SessionName = bad },
                "origin" => session with { Origin = session.Origin with { UserName = bad } },
                "attribute value" => session with { Media = [media.With(new SdpAttribute("x", bad))] },
                "attribute name" => session with { Attributes = [new SdpAttribute(bad)] },
                "format" => session with { Media = [media with { Formats = [bad] }] },
                "connection" => session with { Connection = new ConnectionData(bad) },
                _ => session with { OtherLines = [new SdpLine('b', bad)] },
            };
            Assert.That(session.ToArray, Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        }
    }

    [Test]
    public void A_new_origin_has_a_large_random_id_and_rises_by_one()
    {
        var ids = new HashSet<ulong>();
        for (int i = 0; i < 1000; i++)
        {
            Origin origin = Origin.Create(IPAddress.Loopback);
            Assert.That(origin.SessionId.TryGetUInt64(out ulong id), Is.True);
            Assert.That(id, Is.InRange(1UL << 31, (1UL << 62) - 1));
            ids.Add(id);
        }

        Origin first = Origin.Create(IPAddress.IPv6Loopback, "alice");
        Assert.Multiple(() =>
        {
            Assert.That(ids, Has.Count.EqualTo(1000));
            Assert.That(first.Next(), Is.EqualTo(first with { Version = 2 }));
            Assert.That(first.ToString(), Is.EqualTo($"alice {first.SessionId} 1 IN IP6 ::1"));
        });
    }

    [Test]
    [Category("SDP-008")]
    public void A_section_overrides_the_direction_address_and_role_of_the_session()
    {
        const string text = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=recvonly\r\na=setup:passive\r\n"
            + "m=message 7 TCP/MSRP *\r\nm=message 7 TCP/MSRP *\r\nc=IN IP4 192.0.2.2\r\na=SENDONLY\r\na=setup: active\r\n";
        SessionDescription read = Parse(text);
        var plain = new SessionDescription { Origin = read.Origin };
        Assert.Multiple(() =>
        {
            Assert.That(read.GetDirection(read.Media[0]), Is.EqualTo(MediaDirection.ReceiveOnly));
            Assert.That(read.GetDirection(read.Media[1]), Is.EqualTo(MediaDirection.SendOnly));
            Assert.That(plain.GetDirection(read.Media[0]), Is.EqualTo(MediaDirection.SendReceive));
            Assert.That(read.GetConnection(read.Media[0])!.Address, Is.EqualTo("192.0.2.1"));
            Assert.That(read.GetConnection(read.Media[1])!.Address, Is.EqualTo("192.0.2.2"));
            Assert.That(read.GetSetup(read.Media[0]), Is.EqualTo(SetupRole.Passive));
            Assert.That(read.GetSetup(read.Media[1]), Is.EqualTo(SetupRole.Active));
        });
    }

    internal static SessionDescription Parse(string text)
    {
        Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), null, out SessionDescription? value, out SdpReadError error), Is.True, () => error.ToString());
        return value!;
    }

    private static SdpReadError ErrorOf(string text)
    {
        bool ok = SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), null, out SessionDescription? value, out SdpReadError error);
        Assert.That(ok, Is.EqualTo(value is not null && error == default));
        return error;
    }

    private static string Line(string text, int offset) => text.Substring(offset, 8);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
