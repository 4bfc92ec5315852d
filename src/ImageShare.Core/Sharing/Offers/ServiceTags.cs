using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>
/// The feature parameters of a profile that announce Image Share in Contact and request it in Accept-Contact (IR.79 §3.2, RFC 3840 §9). Immutable: the same for all shares of a client.
/// </summary>
internal sealed class ServiceTags
{
    public ServiceTags(ImageShareProfile profile)
    {
        ParameterList voice = Voice(profile);
        string[] names = [.. Names(profile)];
        Contact = names.Aggregate(voice, (tags, name) => tags.With(name, profile.Iari, quoted: true));
        AcceptContact = names is [var first, ..] ? voice.With(first, profile.Iari, quoted: true).With("explicit") : null;
        Query = voice.Count > 0 ? voice : null;
    }

    /// <summary>For Contact in requests and 200s: every tag of the profile, so that old and new peers find theirs.</summary>
    public ParameterList Contact { get; }

    /// <summary>
    /// For Accept-Contact of an INVITE: a single tag with <c>explicit</c>. A proxy looks for a contact with all tags in the value, so listing
    /// both names of the tag would match no one.
    /// </summary>
    public ParameterList? AcceptContact { get; }

    /// <summary>
    /// For Accept-Contact of a capability query: the network's voice call, but not Image Share itself, which the query asks about (IR.79
    /// §3.3). Null if the network has no such call.
    /// </summary>
    public ParameterList? Query { get; }

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
