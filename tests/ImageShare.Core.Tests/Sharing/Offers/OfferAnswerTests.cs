using System.Net;
using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Offers;

[TestFixture]
public sealed class OfferAnswerTests
{
    private const string Selector = "name:\"My cat%22.png\" type:image/png size:4096 hash:sha-1:4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB";
    private const string Id = "prepggxrpnrvystmwcysyycqpevikeff";

    [TestCase("actpass", "passive", false)]
    [TestCase("active", "passive", false)]
    [TestCase("passive", "active", true)]
    [TestCase(null, null, false)]
    [Category("TLS-002")]
    [Category("TLS-003")]
    public void The_answerer_connects_only_when_the_offerer_will_not(string? offered, string? answered, bool active)
    {
        ImageAnswer answer = Answer(Offer(setup: offered));
        MediaDescription media = answer.Write().Media.Single();
        Assert.Multiple(() =>
        {
            Assert.That(media.Find("setup")?.Value, Is.EqualTo(answered));
            Assert.That(answer.IsActive, Is.EqualTo(active));
        });
    }

    [Test]
    [Category("FT-016")]
    [Category("SDP-008")]
    public void The_answer_is_recvonly_mirrors_selector_and_id_and_leaves_out_what_only_the_sender_says()
    {
        MediaDescription offered = Offer(extra: "a=file-disposition:render\r\na=file-date:creation:\"Wed, 15 Oct 2008 10:40:46 +0000\"\r\na=file-icon:cid:x@y\r\n").Media.Single();
        MediaDescription media = Answer(Offer(extra: "a=file-disposition:render\r\na=file-date:creation:\"Wed, 15 Oct 2008 10:40:46 +0000\"\r\na=file-icon:cid:x@y\r\n")).Write().Media.Single();
        Assert.Multiple(() =>
        {
            Assert.That(offered.FileDisposition, Is.Not.Null);
            Assert.That(media.Direction, Is.EqualTo(MediaDirection.ReceiveOnly));
            Assert.That(media.Port, Is.EqualTo(2855));
            Assert.That(media.Path, Is.EqualTo(new[] { "msrp://10.0.0.2:2855/s;tcp" }));
            Assert.That(media.Find("file-selector")!.Value.Value, Is.EqualTo(Selector));
            Assert.That(media.Find("file-transfer-id")!.Value.Value, Is.EqualTo(Id));
            Assert.That(media.Find("max-size")!.Value.Value, Is.EqualTo("1000000"));
            Assert.That(media.AcceptTypes!.Matches(new MediaType("image", "png")), Is.True);
            Assert.That(media.Find("file-disposition"), Is.Null);
            Assert.That(media.Find("file-date"), Is.Null);
            Assert.That(media.Find("file-icon"), Is.Null);
        });
    }

    [Test]
    [Category("SDP-006")]
    [Category("SDP-013")]
    [Category("FT-012")]
    public void Sections_that_are_not_taken_are_refused_in_their_places()
    {
        SessionDescription offer = Parse(
            "m=audio 4000 RTP/AVP 0\r\n" +
            $"m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:{Selector}\r\na=file-transfer-id:{Id}\r\n" +
            "m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:msrp://10.0.0.1:7000/two;tcp\r\na=file-selector:name:\"b\" size:1\r\na=file-transfer-id:second\r\n");
        SessionDescription answer = Answer(offer).Write();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Media.Select(m => m.Media), Is.EqualTo(new[] { "audio", "message", "message" }));
            Assert.That(answer.Media.Select(m => m.Protocol), Is.EqualTo(new[] { "RTP/AVP", "TCP/MSRP", "TCP/MSRP" }));
            Assert.That(answer.Media.Select(m => m.Port), Is.EqualTo(new[] { 0, 2855, 0 }));
            Assert.That(answer.Media[2].Find("file-selector")!.Value.Value, Is.EqualTo("name:\"b\" size:1"));
            Assert.That(answer.Media[2].Find("file-transfer-id")!.Value.Value, Is.EqualTo("second"));
            Assert.That(OfferAnswer.Check(offer, answer, out _), Is.EqualTo(AnswerProblem.None));
        });
    }

    [TestCase("7000", 2855)]
    [TestCase("7000/1", 2855)]
    [TestCase("7000/2", 0)]
    [Category("SDP-013")]
    public void A_section_with_several_ports_is_refused_in_its_place(string port, int answered)
    {
        SessionDescription offer = Parse(
            $"m=message {port} TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:{Selector}\r\na=file-transfer-id:{Id}\r\n" +
            "m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:msrp://10.0.0.1:7000/two;tcp\r\na=file-selector:name:\"b\" size:1\r\na=file-transfer-id:second\r\n");
        SessionDescription answer = Answer(offer).Write();
        Assert.That(answer.Media.Select(static m => m.Port), Is.EqualTo(new[] { answered, answered == 0 ? 2855 : 0 }));
    }

    private static IEnumerable<TestCaseData> Unusable()
    {
        yield return new TestCaseData("m=audio 4000 RTP/AVP 0\r\n", "No Image Offered");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=accept-types:image/png\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\n", "No File Selected");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector\r\n", "No File Selected");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=file-selector:size:1\r\n", "No MSRP Path");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=recvonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:size:1\r\n", "Files Are Not Served Here");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:type:video/mp4 size:1\r\n", "Not An Image");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:size:1000001\r\n", "Image Larger Than 1000000 Bytes");
        yield return new TestCaseData("m=message 7000 TCP/TLS/MSRP *\r\na=sendonly\r\na=path:msrps://10.0.0.1:7000/one;tcp\r\na=file-selector:size:1\r\n", "TCP/TLS/MSRP Not Supported");
        yield return new TestCaseData("m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:size:100\r\na=file-range:50-99\r\n", "Partial Files Not Supported");
        yield return new TestCaseData("m=message 0 TCP/MSRP *\r\na=sendonly\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:size:1\r\n", "No Image Offered");
    }

    [TestCaseSource(nameof(Unusable))]
    [Category("FT-038")]
    [Category("FT-041")]
    [Category("DLG-020")]
    public void An_offer_without_an_image_that_can_be_taken_is_488_with_the_reason(string media, string reason)
    {
        (ReceivedOffer? offer, int status, string said) = ReceivedOffer.Read(Parse(media), new ImageShareLimits { MaxImageSize = 1000000 });
        Assert.Multiple(() =>
        {
            Assert.That(offer, Is.Null);
            Assert.That(status, Is.EqualTo(488));
            Assert.That(said, Is.EqualTo(reason));
        });
    }

    [TestCase("active", false)]
    [TestCase("passive", true)]
    [TestCase(null, true)]
    [Category("TLS-002")]
    [Category("TLS-003")]
    public void The_offerer_connects_unless_the_answerer_does(string? setup, bool active)
    {
        (ReceivedAnswer? answer, ShareOutcome? problem) = Receive("a=recvonly\r\na=path:msrp://10.0.0.2:2855/s;tcp\r\na=accept-types:*\r\n" + (setup is null ? string.Empty : $"a=setup:{setup}\r\n"));
        Assert.Multiple(() =>
        {
            Assert.That(problem, Is.Null);
            Assert.That(answer!.IsActive, Is.EqualTo(active));
            Assert.That(answer.Path, Is.EqualTo(new[] { "msrp://10.0.0.2:2855/s;tcp" }));
        });
    }

    [TestCase("image/png", "image/png")]
    [TestCase("image/*", "image/png")]
    [TestCase("*", "image/png")]
    [TestCase("message/cpim application/octet-stream", "application/octet-stream")]
    [TestCase("image/jpeg", "image/png")]
    [TestCase("text/plain", "image/png")]
    [Category("MSRP-035")]
    public void The_image_goes_out_under_a_type_the_peer_takes(string accepted, string sentAs)
    {
        (ReceivedAnswer? answer, _) = Receive($"a=recvonly\r\na=path:msrp://10.0.0.2:2855/s;tcp\r\na=accept-types:{accepted}\r\n");
        Assert.That(answer!.ContentType!.Essence, Is.EqualTo(sentAs));
    }

    [TestCase("TCP/TLS/MSRP", "TCP/TLS/MSRP", ReofferKind.SameTransfer)]
    [TestCase("TCP/TLS/MSRP", "TCP/MSRP", ReofferKind.Unacceptable)]
    [TestCase("TCP/MSRP", "TCP/TLS/MSRP", ReofferKind.Unacceptable)]
    public void What_was_agreed_on_with_TLS_is_not_offered_away_inside_the_session(string running, string offered, object kind)
    {
        SessionDescription offer = Offer();
        SessionDescription local = OfSecurity(Answer(offer).Write(), running);
        var file = new RunningFile(0, offer.Media[0].FileSelector!, offer.Media[0].FileTransferId);
        Assert.That(new RunningDescription(local).Judge(OfSecurity(offer, offered), file), Is.EqualTo(kind));

        static SessionDescription OfSecurity(SessionDescription description, string protocol) =>
            description with { Media = [description.Media[0] with { Protocol = protocol }] };
    }

    [TestCase("a=recvonly\r\na=path:msrp://10.0.0.2:2855/s;tcp\r\na=accept-types:*\r\na=max-size:4095\r\n", ImageShareError.TooLarge)]
    [TestCase("a=recvonly\r\na=accept-types:*\r\n", ImageShareError.UnacceptableOffer)]
    [TestCase("a=sendonly\r\na=path:msrp://10.0.0.2:2855/s;tcp\r\n", ImageShareError.UnacceptableOffer)]
    [Category("SDP-007")]
    [Category("FT-021")]
    public void An_answer_nothing_can_be_sent_on_says_why(string attributes, ImageShareError error)
    {
        (ReceivedAnswer? answer, ShareOutcome? problem) = Receive(attributes);
        Assert.Multiple(() =>
        {
            Assert.That(answer, Is.Null);
            Assert.That(problem!.Error, Is.EqualTo(error));
            Assert.That(problem.Message, Is.Not.Empty);
        });
    }

    private static (ReceivedAnswer? Answer, ShareOutcome? Problem) Receive(string attributes) => ReceivedAnswer.Read(
        Offer(setup: "actpass"),
        Encoding.UTF8.GetBytes("v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=message 2855 TCP/MSRP *\r\n" + attributes));

    [TestCase("new")]
    [TestCase("existing")]
    [TestCase("nonsense of a peer")]
    [Category("TLS-011")]
    public void A_connection_attribute_is_ignored_and_never_written(string value)
    {
        string line = $"a=connection:{value}\r\n";
        foreach (string? setup in (string?[])[null, "active", "passive", "actpass"])
        {
            // In the section and before all sections: what is answered, and who connects, is the same to the octet.
            string plain = Offer(setup).ToString()!;
            ImageAnswer answer = Answer(Offer(setup));
            foreach (string text in (string[])[plain + line, plain.Replace("m=message", line + "m=message", StringComparison.Ordinal)])
            {
                Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), SdpLimits.Default, out SessionDescription? offered, out _), Is.True);
                ImageAnswer same = Answer(offered!) with { Origin = answer.Origin };
                Assert.That(same.IsActive, Is.EqualTo(answer.IsActive));
                Assert.That(same.Write().ToString(), Is.EqualTo(answer.Write().ToString()).And.Not.Contain("a=connection"));
            }

            // An answer that has it is the answer it would be without.
            SessionDescription offer = Offer("actpass");
            string answered = answer.Write().ToString()!;
            (ReceivedAnswer? without, ShareOutcome? problem) = ReceivedAnswer.Read(offer, Encoding.UTF8.GetBytes(answered));
            Assert.That(without, Is.Not.Null, problem?.Message);
            foreach (string text in (string[])[answered + line, answered.Replace("m=message", line + "m=message", StringComparison.Ordinal)])
            {
                (ReceivedAnswer? with, problem) = ReceivedAnswer.Read(offer, Encoding.UTF8.GetBytes(text));
                Assert.That(with, Is.Not.Null, problem?.Message);
                Assert.That((with!.IsActive, with.ContentType, string.Join(' ', with.Path)), Is.EqualTo((without!.IsActive, without.ContentType, string.Join(' ', without.Path))));
            }
        }
    }

    private static ImageAnswer Answer(SessionDescription description)
    {
        (ReceivedOffer? offer, _, string reason) = ReceivedOffer.Read(description, new ImageShareLimits());
        Assert.That(offer, Is.Not.Null, reason);
        return new ImageAnswer
        {
            Offer = offer!,
            Origin = Origin.Create(IPAddress.Parse("10.0.0.2")),
            Connection = new ConnectionData("10.0.0.2"),
            Port = 2855,
            Path = "msrp://10.0.0.2:2855/s;tcp",
            AcceptedTypes = Containers.With([new MediaType("image", "jpeg"), new MediaType("image", "png")]),
            MaxSize = 1000000,
        };
    }

    private static SessionDescription Offer(string? setup = null, string extra = "") => Parse(
        $"m=message 7000 TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:msrp://10.0.0.1:7000/one;tcp\r\na=file-selector:{Selector}\r\na=file-transfer-id:{Id}\r\n"
        + (setup is null ? string.Empty : $"a=setup:{setup}\r\n") + extra);

    private static SessionDescription Parse(string media)
    {
        byte[] text = Encoding.UTF8.GetBytes("v=0\r\no=- 7 7 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n" + media);
        Assert.That(SessionDescription.TryParse(text, SdpLimits.Default, out SessionDescription? description, out SdpReadError error), Is.True, error.ToString());
        return description!;
    }
}
