using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>The feature parameters that announce Image Share in Contact and ask for it in Accept-Contact (IR.79 §3.2, RFC 3840 §9).</summary>
internal static class ServiceTags
{
    /// <summary>For Contact, in requests and in 200s: every spelling of the profile, so that peers of both ages find theirs.</summary>
    public static ParameterList Contact(ImageShareProfile profile)
    {
        ParameterList tags = Voice(profile);
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

        return Voice(profile).With(name, profile.Iari, quoted: true).With("explicit");
    }

    /// <summary>
    /// For Accept-Contact of the capability query: a phone with the voice call of the network, and not the service itself, which is
    /// what is asked about (IR.79 §3.3). Null where the network has no such call.
    /// </summary>
    public static ParameterList? Query(ImageShareProfile profile) => Voice(profile) is { Count: > 0 } voice ? voice : null;

    private static ParameterList Voice(ImageShareProfile profile)
    {
        ParameterList tags = profile.CsVoice ? ParameterList.Empty.With(FeatureTags.CsVoice) : ParameterList.Empty;
        return profile.PsVoice ? new FeatureTags(tags).With(FeatureTags.IcsiRef, ServiceIdentifier.MultimediaTelephony).Parameters : tags;
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
