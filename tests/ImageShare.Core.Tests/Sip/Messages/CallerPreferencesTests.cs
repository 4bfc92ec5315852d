using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class CallerPreferencesTests
{
    private const string Own = ";+g.3gpp.cs-voice;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";
    private const string GsmaIs = "\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";
    private const string GsmaVs = "\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-vs\"";
    private const string Mmtel = "\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"";

    [TestCase("*;+g.3gpp.iari-ref=" + GsmaIs + ";require;explicit", true)]
    [TestCase("*;+g.3gpp.app_ref=" + GsmaIs + ";require;explicit", true, TestName = "An_old_name_of_the_tag_asks_for_the_same")]
    [TestCase("*;+g.3gpp.app%5fref=\"urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais\";require;explicit", true, TestName = "So_does_an_old_spelling")]
    [TestCase("*;+g.3gpp.cs-voice;+g.3gpp.iari-ref=" + GsmaIs + ";require;explicit", true)]
    [TestCase("*;+g.3gpp.iari-ref=" + GsmaVs + ";require;explicit", false)]
    [TestCase("*;+g.3gpp.iari-ref=" + GsmaVs + ";require", false, TestName = "Another_application_is_a_mismatch_without_explicit_too")]
    [TestCase("*;+g.3gpp.iari-ref=" + GsmaVs + ";explicit", true, TestName = "Explicit_alone_refuses_nothing")]
    [TestCase("*;+g.3gpp.iari-ref=" + GsmaVs, true)]
    [TestCase("*;+g.3gpp.icsi-ref=" + Mmtel + ";require;explicit", false)]
    [TestCase("*;+g.3gpp.icsi-ref=" + Mmtel + ";require", true, TestName = "What_is_not_stated_could_be_there_unless_it_must_be_explicit")]
    [TestCase("*;+g.oma.sip-im;require;explicit", false)]
    [TestCase("*;+g.oma.sip-im;require", true)]
    [TestCase("*;+g.oma.sip-im", true)]
    [TestCase("*;+g.3gpp.cs-voice=\"FALSE\";require", false)]
    [TestCase("*;+g.3gpp.cs_voice;require;explicit", true)]
    [TestCase("*;require;explicit", true)]
    [TestCase("*", true)]
    [TestCase("not an Accept-Contact;require;explicit", true, TestName = "What_cannot_be_read_asks_for_nothing")]
    [TestCase("*;+g.oma.sip-im, *;+g.3gpp.iari-ref=" + GsmaVs + ";require;explicit", false, TestName = "Each_value_is_looked_at")]
    [Category("IS-020")]
    public void Only_what_is_required_and_not_met_is_refused(string wanted, bool allowed) =>
        Assert.That(CallerPreferences.Allow(Headers("Accept-Contact", wanted), Features(Own)), Is.EqualTo(allowed));

    [TestCase("*;+g.3gpp.iari-ref=" + GsmaIs, false)]
    [TestCase("*;+g.3gpp.cs-voice;+g.3gpp.app_ref=" + GsmaIs, false)]
    [TestCase("*;+g.3gpp.cs-voice", false)]
    [TestCase("*;+g.3gpp.cs-voice;+g.oma.sip-im", true, TestName = "A_feature_that_is_not_stated_takes_the_value_out")]
    [TestCase("*;+g.3gpp.cs-voice=\"FALSE\"", true)]
    [TestCase("*;+g.3gpp.iari-ref=" + GsmaVs, true)]
    [TestCase("*", true)]
    [Category("IS-020")]
    public void What_is_unwanted_and_stated_is_refused(string unwanted, bool allowed) =>
        Assert.That(CallerPreferences.Allow(Headers("Reject-Contact", unwanted), Features(Own)), Is.EqualTo(allowed));

    [TestCase(";class=\"personal\"", "*;class=\"business\";require", false)]
    [TestCase(";class=\"personal,business\"", "*;class=\"BUSINESS\";require", true)]
    [TestCase(";class=\"!business\"", "*;class=\"business\";require", false)]
    [TestCase(";class=\"!business\"", "*;class=\"personal\";require", true)]
    [TestCase(";class=\"personal\"", "*;class=\"!personal\";require", false)]
    [TestCase(";class=\"!a\"", "*;class=\"!b\";require", true)]
    [TestCase(";description=\"<Blue>\"", "*;description=\"<blue>\";require", false)]
    [TestCase(";description=\"<Blue, dark>\"", "*;description=\"<Blue, dark>\";require", true)]
    [TestCase(";priority=\"#=2\"", "*;priority=\"#>=3\";require", false)]
    [TestCase(";priority=\"#=2\"", "*;priority=\"#<=2.5\";require", true)]
    [TestCase(";priority=\"#1:4\"", "*;priority=\"#=3\";require", true)]
    [TestCase(";priority=\"#1:4\"", "*;priority=\"#5:9\";require", false)]
    [TestCase(";audio", "*;audio=\"TRUE\";require", true)]
    [TestCase(";q=0.5;expires=30", "*;audio;require;explicit", true, TestName = "A_contact_without_features_is_out_of_reach")]
    [TestCase("", "*;audio;require;explicit", true)]
    [Category("IS-020")]
    public void Values_match_by_their_kind(string own, string wanted, bool allowed) =>
        Assert.That(CallerPreferences.Allow(Headers("Accept-Contact", wanted), Features(own)), Is.EqualTo(allowed));

    private static SipHeaders Headers(string name, string value)
    {
        var headers = new SipHeaders();
        headers.Add(name, value);
        return headers;
    }

    private static FeatureTags Features(string parameters)
    {
        Assert.That(NameAddress.TryParse(Encoding.UTF8.GetBytes("<sip:bob@10.0.0.2>" + parameters), out NameAddress? contact), Is.True);
        return FeatureTags.FromContact(contact!);
    }
}
