using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Headers;

/// <summary>Every spelling of a service tag that was seen in the field, and what it stands for.</summary>
[TestFixture]
public sealed class FeatureTagSpellingsTests
{
    private const string ImageShare = "urn:urn-7:3gpp-application.ims.iari.gsma-is";
    private const string VideoShare = "urn:urn-7:3gpp-application.ims.iari.gsma-vs";
    private const string Mmtel = "urn:urn-7:3gpp-service.ims.icsi.mmtel";

    // The tag as it stands in Contact or Accept-Contact, the identifier it stands for, and whether it is written as registered.
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "RCS and joyn")]
    [TestCase("+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "IR.79 v1.2, Doubango")]
    [TestCase("+g.3gpp.app%5fref=\"urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\"", ImageShare, false, TestName = "Mercuro, Doubango's REGISTER")]
    [TestCase("+g.3gpp.app%5Fref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "escape in capitals")]
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurn-xxx%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, false, TestName = "the namespace before its registration")]
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\"", ImageShare, false, TestName = "no hyphens")]
    [TestCase("+g.3gpp.iari-ref=\"urn%3aurn-7%3a3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "escaped colons in lower case")]
    [TestCase("+g.3gpp.iari-ref=\"urn:urn-7:3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "colons not escaped")]
    [TestCase("+g.3gpp.iari-ref=urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is", ImageShare, true, TestName = "not quoted")]
    [TestCase("+g.3gpp.iari-ref=\"<urn:urn-7:3gpp-application.ims.iari.gsma-is>\"", ImageShare, true, TestName = "as a string")]
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcse.ft,urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "one list for all, RCS")]
    [TestCase("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", ImageShare, true, TestName = "an application under the service's tag")]
    [TestCase("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-vs\"", VideoShare, true, TestName = "video share under the service's tag, Boghe")]
    [TestCase("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"", Mmtel, true, TestName = "telephony, Boghe")]
    [TestCase("+g.3gpp.icsi%5fref=\"urn%3Aurn-xxx%3A3gpp-service.ims.icsi.mmtel\"", Mmtel, false, TestName = "telephony, Mercuro")]
    [Category("IS-003")]
    [Category("IS-004")]
    public void Each_stands_for_the_registered_identifier(string tag, string identifier, bool isStandard)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes("<sip:bob@10.0.0.2>;" + tag), out NameAddress? contact), Is.True);
        Assert.That(AcceptContact.TryParse(Encoding.UTF8.GetBytes("*;" + tag + ";explicit"), out AcceptContact? wanted), Is.True);
        foreach (FeatureTags tags in new[] { FeatureTags.FromContact(contact!), wanted!.Features })
        {
            ServiceIdentifier found = tags.Identifiers[^1];
            Assert.Multiple(() =>
            {
                Assert.That(found.Urn, Is.EqualTo(identifier));
                Assert.That(found.IsStandardSpelling, Is.EqualTo(isStandard));
                Assert.That(tags.HasImageShare, Is.EqualTo(identifier == ImageShare));
                Assert.That(found.IsApplication, Is.EqualTo(identifier != Mmtel));
            });
        }
    }

    // Close to the spellings above, and none of them.
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcse.ft\"")]
    [TestCase("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcs.ftthumb\"")]
    [TestCase("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3gpp-service.ims.icsi.mmtel\"")]
    [TestCase("+g.3gpp.iari=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [TestCase("+x=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [TestCase("+g.oma.sip-im")]
    [Category("IS-004")]
    public void What_only_looks_alike_is_not_image_share(string tag)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes("<sip:bob@10.0.0.2>;" + tag), out NameAddress? contact), Is.True);
        Assert.That(FeatureTags.FromContact(contact!).HasImageShare, Is.False);
    }

    [Test]
    [Category("IS-004")]
    public void A_spelling_that_had_to_be_mapped_is_flagged_in_the_message()
    {
        byte[] invite = SeedMessages.Invite;
        Assert.That(SipReader.TryReadDatagram(invite, null, out SipMessage? message, out _), Is.True);
        Assert.That(message!.Warnings.Select(w => w.Code), Does.Contain(SipWarningCode.OldServiceIdentifier).And.Contain(SipWarningCode.EscapedFeatureTag));
    }
}
