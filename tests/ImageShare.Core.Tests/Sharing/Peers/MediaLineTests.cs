using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Peers;

/// <summary>What the m= and c= lines of real offers and answers say of where MSRP is listened for.</summary>
[TestFixture]
public sealed class MediaLineTests
{
    [Test]
    [Category("MSRP-027")]
    public async Task Port_and_address_are_those_of_the_path([ValueSource(typeof(ImageShareProfile), nameof(ImageShareProfile.All))] ImageShareProfile profile)
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = profile }, bob: o => o with { Profile = profile });
        await pair.ShareAsync(TestImage.Png(3000));
        SessionDescription[] descriptions;
        lock (pair.Sent)
        {
            descriptions = [.. pair.Sent.Where(m => m.Bytes.Span.StartsWith("INVITE "u8) || IsAnswer(m)).Select(Description)];
        }

        Assert.That(descriptions, Has.Length.EqualTo(2), "the offer and the answer");
        foreach (SessionDescription description in descriptions)
        {
            MediaDescription media = description.Media.Single();
            MsrpUri last = MsrpUri.Parse(media.Path![^1]);
            Assert.That(description.GetConnection(media)!.Address, Is.EqualTo(last.Host));

            // Whoever only connects has nothing to be reached at (RFC 6135 §4.2.2).
            Assert.That(media.Port, Is.EqualTo(description.GetSetup(media) is SetupRole.Active ? 9 : last.Port));
        }
    }

    [Test]
    [Category("MSRP-027")]
    public void A_refused_line_has_port_0()
    {
        MediaDescription refused = OfferAnswer.Refuse(new MediaDescription { Port = 2855, Attributes = [SdpAttributes.Path("msrp://192.0.2.1:2855/x;tcp")] });
        Assert.That((refused.Port, refused.Path), Is.EqualTo((0, (IReadOnlyList<string>?)null)));
    }

    private static bool IsAnswer(ImageShareTraceEvent message)
    {
        string text = Encoding.Latin1.GetString(message.Bytes.Span);
        return text.StartsWith("SIP/2.0 200", StringComparison.Ordinal) && text.Contains(" INVITE\r\n", StringComparison.Ordinal);
    }

    private static SessionDescription Description(ImageShareTraceEvent message)
    {
        byte[] octets = message.Bytes.ToArray();
        int start = octets.AsSpan().IndexOf("v=0\r\n"u8);
        int boundary = octets.AsSpan(start).IndexOf("\r\n--"u8);
        byte[] sdp = boundary < 0 ? octets[start..] : octets[start..(start + boundary + 2)];
        Assert.That(SessionDescription.TryParse(sdp, out SessionDescription? description), Is.True);
        return description!;
    }
}
