using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sdp;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
[Category("SEC-001")]
public sealed class SdpRoundTripTests
{
    [Test]
    [Category("SDP-005")]
    public void What_parses_prints_to_something_that_parses_equal()
    {
        Gen<string> line = Gen.Elements(
            "a=sendonly", "a=x", "a=x:y", "a=:", "a=", "a= b", "a=path:msrp://h/x;tcp", "a=file-selector:name:\"a\"", "b=AS:1", "b=", "c=IN IP4 h", "c=?",
            "i=t", "i=", "k=x", "e=x", "p=y", "u=z", "t=0 0", "t=1 2", "t=x", "r=1", "z=q", "x=1", "Q=", "s=", "s=a", "v=0",
            "o=- 5 5 IN IP4 h", "m=message 1 TCP/MSRP *", "m=audio 0/3 RTP/AVP 0 1", "", "a=\u00e9\u4e2d");
        Gen<string> text = from lines in Gen.ListOf(line)
                           from end in Gen.Elements("\r\n", "\n")
                           select string.Join(end, (string[])["v=0", "o=- 4 4 IN IP4 h", "c=IN IP4 h", .. lines]);
        int read = 0;
        Prop.ForAll(text.ToArbitrary(), t =>
        {
            if (!SessionDescription.TryParse(Encoding.UTF8.GetBytes(t), out SessionDescription? first))
            {
                return true;
            }

            read++;
            return SessionDescription.TryParse(first.ToArray(), out SessionDescription? second)
                && second == first && second.GetHashCode() == first.GetHashCode() && second.ToString() == first.ToString();
        }).QuickCheckThrowOnFailure();
        Assert.That(read, Is.GreaterThan(20));
    }

    [Test]
    public void Every_truncation_of_an_offer_is_read_or_refused_and_never_throws()
    {
        foreach (string offer in (string[])[SessionDescriptionTests.OldOffer, SessionDescriptionTests.StrictOffer])
        {
            byte[] octets = Encoding.UTF8.GetBytes(offer);
            for (int length = 0; length <= octets.Length; length++)
            {
                Exercise(octets.AsSpan(0, length));
            }
        }
    }

    [Test]
    public void Random_damage_never_throws()
    {
        var random = new Random(5547);
        byte[] offer = Encoding.UTF8.GetBytes(SessionDescriptionTests.OldOffer);
        byte[] alphabet = Encoding.UTF8.GetBytes("\r\n\0 \t\"%:=-/*;avmoc0198~\u00e9\u202e");
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. offer];
            for (int hit = random.Next(1, 8); hit > 0; hit--)
            {
                int at = random.Next(damaged.Length);
                damaged[at] = random.Next(3) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            if (random.Next(4) == 0)
            {
                int from = random.Next(damaged.Length);
                damaged = [.. damaged.AsSpan(0, from), .. damaged.AsSpan(random.Next(damaged.Length))];
            }

            Exercise(damaged);
        }
    }

    private static void Exercise(ReadOnlySpan<byte> octets)
    {
        if (!SessionDescription.TryParse(octets, null, out SessionDescription? session, out SdpReadError error))
        {
            Assert.That(error.Code, Is.Not.EqualTo(SdpReadErrorCode.None));
            Assert.That(error.Offset, Is.InRange(0, octets.Length));
            return;
        }

        foreach (MediaDescription media in session.Media)
        {
            _ = (session.GetDirection(media), media.Path, media.AcceptTypes, media.AcceptWrappedTypes, media.MaxSize, session.GetSetup(media));
            _ = (media.FileSelector?.ToString(), media.FileDate?.ToString(), media.FileIcon, media.FileRange, media.FileDisposition, media.FileTransferId);
        }

        Assert.That(SessionDescription.TryParse(session.ToArray(), out SessionDescription? again), Is.True);
        Assert.That(again, Is.EqualTo(session));
    }
}
