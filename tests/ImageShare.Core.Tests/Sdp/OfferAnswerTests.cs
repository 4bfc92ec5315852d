using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
public sealed class OfferAnswerTests
{
    [Test]
    [Category("SDP-006")]
    [Category("FT-012")]
    public void A_refusal_keeps_the_line_and_mirrors_the_file_octet_for_octet()
    {
        MediaDescription offered = SessionDescriptionTests.Parse(SessionDescriptionTests.OldOffer
            .Replace("name:\"Image 18.png\" type", "x:y  NAME:\"Image 18.png\"\ttype", StringComparison.Ordinal)).Media[0];
        MediaDescription refused = OfferAnswer.Refuse(offered);
        Assert.That(refused.ToString(), Is.EqualTo(
            "m=message 0 TCP/MSRP *\r\n"
            + "a=file-selector:x:y  NAME:\"Image 18.png\"\ttype:image/png size:78169 hash:sha-1:4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB\r\n"
            + "a=file-transfer-id:prepggxrpnrvystmwcysyycqpevikeff\r\n"));
    }

    [Test]
    [Category("SDP-006")]
    [Category("SDP-013")]
    public void Three_sections_one_accepted_fits_and_every_other_shape_does_not()
    {
        MediaDescription audio = new() { Media = "audio", Port = 7, Protocol = "RTP/AVP", Formats = ["0", "8"] };
        MediaDescription file = new() { Port = 9, Attributes = [SdpAttributes.Direction(MediaDirection.SendOnly)] };
        MediaDescription taken = new() { Port = 10, Attributes = [SdpAttributes.Direction(MediaDirection.ReceiveOnly)] };
        SessionDescription offer = Session(audio, file, file);
        Assert.Multiple(() =>
        {
            Assert.That(Check(offer, OfferAnswer.Refuse(audio), taken, OfferAnswer.Refuse(file)), Is.EqualTo((AnswerProblem.None, -1)));
            Assert.That(Check(offer, OfferAnswer.Refuse(audio), taken), Is.EqualTo((AnswerProblem.SectionCount, -1)));
            Assert.That(Check(offer, taken, OfferAnswer.Refuse(audio), taken), Is.EqualTo((AnswerProblem.Media, 0)));
            Assert.That(Check(offer, OfferAnswer.Refuse(audio), taken, taken with { Protocol = "TCP/TLS/MSRP" }), Is.EqualTo((AnswerProblem.Protocol, 2)));
            Assert.That(Check(offer, OfferAnswer.Refuse(audio), file, taken), Is.EqualTo((AnswerProblem.Direction, 1)));
            Assert.That(OfferAnswer.Refuse(audio).Formats, Is.EqualTo((string[])["0", "8"]));
        });
    }

    [Test]
    [Category("SDP-008")]
    public void Directions_answer_each_other()
    {
        const MediaDirection both = MediaDirection.SendReceive, send = MediaDirection.SendOnly, receive = MediaDirection.ReceiveOnly, none = MediaDirection.Inactive;
        var allowed = new Dictionary<MediaDirection, MediaDirection[]>
        {
            [both] = [both, send, receive, none],
            [send] = [receive, none],
            [receive] = [send, none],
            [none] = [none],
        };
        Assert.Multiple(() =>
        {
            foreach (MediaDirection offered in allowed.Keys)
            {
                Assert.That(allowed.Keys.Where(answer => answer.MayAnswer(offered)), Is.EquivalentTo(allowed[offered]));
                Assert.That(MediaDirections.FromAttributeName(offered.ToAttributeName()), Is.EqualTo(offered));
            }

            Assert.That(MediaDirections.FromAttributeName("sendsometimes"), Is.Null);
        });
    }

    private static SessionDescription Session(params MediaDescription[] media) =>
        new() { Origin = Origin.Create(IPAddress.Loopback), Media = [.. media] };

    private static (AnswerProblem Problem, int Section) Check(SessionDescription offer, params MediaDescription[] answer) =>
        (OfferAnswer.Check(offer, Session(answer), out int section), section);
}
