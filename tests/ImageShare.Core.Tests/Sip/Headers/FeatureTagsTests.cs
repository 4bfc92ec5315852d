using System.Text;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Tests.Sip.Headers;

[TestFixture]
public sealed class FeatureTagsTests
{
    private const string Canonical = "urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is";

    [TestCase("+g.3gpp.iari-ref")]
    [TestCase("+g.3gpp.app_ref")]
    [TestCase("+g.3gpp.app%5fref")]
    [TestCase("+g.3gpp.app%5Fref")]
    [TestCase("+G.3GPP.IARI-REF")]
    [TestCase("+g.3gpp.icsi-ref")]
    [TestCase("+g.3gpp.icsi%5fref")]
    [Category("IS-003")]
    public void Every_name_of_the_family_is_understood(string tag) =>
        Assert.That(Read($"<sip:a@b>;{tag}=\"{Canonical}\"").HasImageShare, Is.True);

    [TestCase("\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", true, true)]
    [TestCase("\"urn%3aurn-7%3a3gpp-application.ims.iari.gsma-is\"", true, true)]
    [TestCase("\"URN%3AURN-7%3A3GPP-APPLICATION.IMS.IARI.GSMA-IS\"", true, true)]
    [TestCase("\"urn:urn-7:3gpp-application.ims.iari.gsma-is\"", true, true)]
    [TestCase("urn:urn-7:3gpp-application.ims.iari.gsma-is", true, true)]
    [TestCase("urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is", true, true)]
    [TestCase("\"urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\"", true, false)]
    [TestCase("\"urn%3Aurn-xxx%3A3gpp-application.ims.iari.gsma-is\"", true, false)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsmais\"", true, false)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel,urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", true, true)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel , urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\"", true, false)]
    [TestCase("\"<urn:urn-7:3gpp-application.ims.iari.gsma-is>\"", true, true)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is.sub\"", true, true)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-isx\"", false, true)]
    [TestCase("\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-vs\"", false, true)]
    [TestCase("\"%\"", false, true)]
    [TestCase("\"\"", false, true)]
    [TestCase("\",,\"", false, true)]
    [Category("IS-004")]
    public void Values_match_after_decoding_and_old_spellings_are_flagged(string value, bool matches, bool standard)
    {
        FeatureTags tags = Read($"<sip:a@b>;+g.3gpp.app_ref={value}");
        Assert.That(tags.HasImageShare, Is.EqualTo(matches));
        Assert.That(tags.Identifiers.All(i => i.IsStandardSpelling), Is.EqualTo(standard));
    }

    [TestCase("urn:urn-7:3gpp-service.ims.icsi.mmtel.video", true)]
    [TestCase("urn:urn-7:3gpp-service.ims.icsi.mmtel", true)]
    [TestCase("urn:urn-7:3gpp-service.ims.icsi.mmtelx", false)]
    [TestCase("urn:urn-7:3gpp-service.ims.icsi", false)]
    [Category("IS-024")]
    public void A_subclass_matches_and_a_mere_prefix_does_not(string own, bool matches) =>
        Assert.That(ServiceIdentifier.Parse(own).Matches(ServiceIdentifier.MultimediaTelephony), Is.EqualTo(matches));

    [TestCase(FeatureTags.IariRef, ";+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [TestCase(FeatureTags.AppRef, ";+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [TestCase(FeatureTags.AppRefEscaped, ";+g.3gpp.app%5fref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"")]
    [Category("IS-001")]
    [Category("IS-002")]
    public void The_identifier_is_written_canonically_under_the_name_asked_for(string tag, string printed) =>
        Assert.That(default(FeatureTags).With(tag, ServiceIdentifier.ImageShare).Parameters.ToString(), Is.EqualTo(printed));

    [Test]
    [Category("IS-005")]
    public void Each_kind_of_value_has_its_form_and_comes_back()
    {
        FeatureTags tags = default(FeatureTags)
            .With(FeatureTags.CsVoice)
            .With(FeatureTags.IariRef, ServiceIdentifier.ImageShare, ServiceIdentifier.MultimediaTelephony)
            .WithString("+sip.instance", "urn:uuid:X")
            .WithNumber("priority", 1.5m);
        string contact = new NameAddress(null, ImageShare.Core.Sip.SipUri.Parse("sip:a@b"), tags.Parameters).ToString();
        Assert.That(contact, Is.EqualTo(
            "<sip:a@b>;+g.3gpp.cs-voice;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is,"
            + "urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\";+sip.instance=\"<urn:uuid:X>\";priority=\"#=1.5\""));
        Assert.That(Read(contact), Is.EqualTo(tags));

        var wanted = new AcceptContact(tags.Parameters.With("explicit"));
        Assert.That(AcceptContact.TryParse(Encoding.UTF8.GetBytes(wanted.ToString()), out AcceptContact? again), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(wanted));
            Assert.That(again!.Explicit, Is.True);
            Assert.That(again.Require, Is.False);
            Assert.That(again.Features, Is.EqualTo(tags));
        });
    }

    [Test]
    [Category("IS-029")]
    public void Other_tags_do_not_disturb() => Assert.That(
        Read($"<sip:a@b>;+g.oma.sip-im;+g.3gpp.cs-voice;audio;+x=\"y\";+g.3gpp.iari-ref=\"urn%3Ax,{Canonical}\";video").HasImageShare, Is.True);

    [TestCase("<sip:a@b>;+g.3gpp.cs-voice", true)]
    [TestCase("<sip:a@b>;+g.3gpp.cs-voice=\"TRUE\"", true)]
    [TestCase("<sip:a@b>;+g.3gpp.cs_voice", true)]
    [TestCase("<sip:a@b>;+g.3gpp.cs-voice=\"FALSE\"", false)]
    [TestCase("<sip:a@b>", false)]
    public void A_boolean_tag_is_there_or_not(string contact, bool there) => Assert.That(Read(contact).HasCsVoice, Is.EqualTo(there));

    [TestCase("sip:x")]
    [TestCase("*;x=")]
    [TestCase("* x")]
    public void What_is_no_Accept_Contact_is_refused(string text) =>
        Assert.That(AcceptContact.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    private static FeatureTags Read(string contact)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes(contact), out NameAddress? value), Is.True);
        return FeatureTags.FromContact(value!);
    }
}
