using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Offers;

/// <summary>What asks for an image, and what answers that, to the letter.</summary>
[TestFixture]
public sealed class FetchOfferTests
{
    private const string Hash = "hash:sha-1:4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB";

    private static readonly FileHash Sha1 = new("sha-1", [.. Convert.FromHexString("4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB")]);

    private static readonly FetchOffer Inputs = new()
    {
        Origin = new Origin("-", 3344, 3344, "192.0.2.1"),
        Connection = new ConnectionData("192.0.2.1"),
        Port = 7654,
        Path = "msrp://192.0.2.1:7654/jshA7we;tcp",
        Selector = new FileSelector { Hashes = [Sha1] },
        TransferId = new FileTransferId("prepggxrpnrvystmwcysyycqpevikeff"),
        AcceptedTypes = [new MediaType("image", "jpeg"), new MediaType("image", "png")],
        MaxSize = 1000,
    };

    [Test]
    [Category("FT-036")]
    public void The_offer_has_the_selector_a_new_id_and_nothing_else_about_the_file()
    {
        Assert.That(Text(Inputs.Write(ImageShareProfile.Rcs2)), Is.EqualTo(
            "v=0\r\no=- 3344 3344 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
            "m=message 7654 TCP/MSRP *\r\n" +
            "a=recvonly\r\n" +
            "a=accept-types:image/jpeg image/png message/cpim multipart/mixed multipart/alternative multipart/related\r\n" +
            "a=max-size:1000\r\n" +
            "a=path:msrp://192.0.2.1:7654/jshA7we;tcp\r\n" +
            "a=setup:actpass\r\n" +
            $"a=file-selector:{Hash}\r\n" +
            "a=file-transfer-id:prepggxrpnrvystmwcysyycqpevikeff\r\n"));
    }

    [Test]
    [Category("FT-036")]
    public void The_rest_of_an_image_is_asked_for_by_its_range()
    {
        FetchOffer rest = Inputs with { ResumesAt = 500, Selector = new FileSelector { Name = "a \"cat\".png", Type = new MediaType("image", "png"), Size = 900, Hashes = [Sha1] } };
        Assert.That(Text(rest.Write(ImageShareProfile.RcsE)), Does.EndWith(
            "m=message 9 TCP/MSRP *\r\n" +
            "a=recvonly\r\n" +
            "a=accept-types:image/jpeg image/png message/cpim multipart/mixed multipart/alternative multipart/related\r\n" +
            "a=max-size:1000\r\n" +
            "a=path:msrp://192.0.2.1:7654/jshA7we;tcp\r\n" +
            "a=setup:active\r\n" +
            $"a=file-selector:name:\"a %22cat%22.png\" type:image/png size:900 {Hash}\r\n" +
            "a=file-transfer-id:prepggxrpnrvystmwcysyycqpevikeff\r\n" +
            "a=file-range:501-*\r\n"));
    }

    [Test]
    [Category("FT-036")]
    public void A_selector_that_selects_nothing_cannot_be_written() => Assert.That(
        () => (Inputs with { Selector = new FileSelector() }).Write(ImageShareProfile.Rcs2),
        Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));

    [Test]
    [Category("FT-042")]
    [Category("FT-011")]
    public void The_answer_names_type_and_hash_and_leaves_the_rest_to_the_file_itself()
    {
        SessionDescription offer = (Inputs with { ResumesAt = 500, Selector = new FileSelector { Name = "cat.png" } }).Write(ImageShareProfile.Rcs2);
        (ReceivedOffer? received, _, _) = ReceivedOffer.Read(offer, ImageShareLimits.Default, serves: true);
        Assert.That(received!.IsPull, Is.True);
        SessionDescription answer = new ImageAnswer
        {
            Offer = received,
            Origin = new Origin("-", 7, 7, "192.0.2.2"),
            Connection = new ConnectionData("192.0.2.2"),
            Port = 2855,
            Path = "msrp://192.0.2.2:2855/fi438s;tcp",
            Direction = MediaDirection.SendOnly,
            AcceptedTypes = new AcceptedTypes(new MediaType("image", "png")),
            Selector = new FileSelector { Type = new MediaType("image", "png"), Hashes = [Sha1] },
        }.Write();
        Assert.That(Text(answer), Is.EqualTo(
            "v=0\r\no=- 7 7 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n" +
            "m=message 2855 TCP/MSRP *\r\n" +
            "a=sendonly\r\n" +
            "a=accept-types:image/png\r\n" +
            "a=path:msrp://192.0.2.2:2855/fi438s;tcp\r\n" +
            "a=setup:passive\r\n" +
            $"a=file-selector:type:image/png {Hash}\r\n" +
            "a=file-transfer-id:prepggxrpnrvystmwcysyycqpevikeff\r\n" +
            "a=file-range:501-*\r\n"));
        Assert.That(OfferAnswer.Check(offer, answer, out _), Is.EqualTo(AnswerProblem.None));
    }

    [Test]
    [Category("FT-038")]
    public void Where_nothing_is_served_the_same_offer_is_refused()
    {
        (ReceivedOffer? received, int status, string reason) = ReceivedOffer.Read(Inputs.Write(ImageShareProfile.Rcs2), ImageShareLimits.Default);
        Assert.That((received, status, reason), Is.EqualTo(((ReceivedOffer?)null, 488, "Files Are Not Served Here")));
    }

    private static string Text(SessionDescription description) => Encoding.UTF8.GetString(description.ToArray());
}
