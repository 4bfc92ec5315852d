using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The feature parameters that announce Image Share in Contact and ask for it in Accept-Contact (IR.79 §3.2, RFC 3840 §9).</summary>
internal static class ServiceTags
{
    /// <summary>For Contact, in requests and in 200s: every spelling of the profile, so that peers of both ages find theirs.</summary>
    public static ParameterList Contact(ImageShareProfile profile)
    {
        ParameterList tags = profile.CsVoice ? ParameterList.Empty.With(FeatureTags.CsVoice) : ParameterList.Empty;
        foreach (string name in Names(profile))
        {
            tags = tags.With(name, profile.Iari, quoted: true);
        }

        return tags;
    }

    /// <summary>
    /// For Accept-Contact of an INVITE: one spelling and <c>explicit</c>. A proxy looks for a contact that has all tags of one value,
    /// so listing two spellings of the same thing would find nobody.
    /// </summary>
    public static ParameterList? AcceptContact(ImageShareProfile profile)
    {
        string? name = Names(profile).FirstOrDefault();
        if (name is null)
        {
            return null;
        }

        ParameterList tags = profile.CsVoice ? ParameterList.Empty.With(FeatureTags.CsVoice) : ParameterList.Empty;
        return tags.With(name, profile.Iari, quoted: true).With("explicit");
    }

    private static IEnumerable<string> Names(ImageShareProfile profile)
    {
        if (profile.FeatureTags.HasFlag(FeatureTagForms.IariRef))
        {
            yield return FeatureTags.IariRef;
        }

        if (profile.FeatureTags.HasFlag(FeatureTagForms.AppRef))
        {
            yield return FeatureTags.AppRef;
        }

        if (profile.FeatureTags.HasFlag(FeatureTagForms.EscapedAppRef))
        {
            yield return FeatureTags.AppRefEscaped;
        }
    }
}
