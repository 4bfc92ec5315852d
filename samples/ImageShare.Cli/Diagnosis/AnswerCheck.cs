using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Cli.Diagnosis;

/// <summary>What the answer to the capability query says: the tags in Contact, the SDP, and where images would go.</summary>
internal static class AnswerCheck
{
    private static readonly string[] Tags = [FeatureTags.IariRef, FeatureTags.AppRef, FeatureTags.AppRefEscaped];

    public static Check OfTags(SipResponse answer, ImageShareCapabilities capabilities)
    {
        NameAddress[] contacts = [.. answer.Headers.Contacts];
        string[] found = [.. contacts.SelectMany(static contact => contact.Parameters).Where(static p => p.Name.StartsWith('+')).Select(static p => p.ToString()).Take(12)];
        string[] imageShare =
        [
            .. contacts.SelectMany(contact => Tags.Where(tag => contact.Parameters.GetValue(tag) is { } value
                && new FeatureTags(default(ImageShare.Core.Text.ParameterList).With(tag, value, quoted: true)).HasImageShare)).Distinct(),
        ];
        if (imageShare.Length > 0)
        {
            return new Check("tags", Verdict.Ok, $"Contact has the Image Share tag ({string.Join(", ", imageShare)}).") { Details = found };
        }

        return capabilities.CanShareImages
            ? new Check("tags", Verdict.Warning, "Contact has no Image Share tag; only the SDP says that the peer takes images.")
            {
                Details = found,
                Advice = "Peers that look only at the tag will not offer images to it (IR.79 §3.2).",
            }
            : new Check("tags", Without(capabilities), contacts.Length == 0 ? "The answer has no Contact." : "Contact has no Image Share tag.") { Details = found };
    }

    public static Check OfSdp(SipResponse answer, ImageShareCapabilities capabilities)
    {
        if (answer.Body.IsEmpty || !string.Equals(answer.Headers.ContentType?.Essence, "application/sdp", StringComparison.OrdinalIgnoreCase))
        {
            return new Check("sdp", Without(capabilities), "The answer has no SDP.")
            {
                Advice = capabilities.CanShareImages ? "Which types and sizes the peer takes shows only when an image is offered." : null,
            };
        }

        if (!SessionDescription.TryParse(answer.Body.Span, out SessionDescription? description))
        {
            return new Check("sdp", Verdict.Failed, "The SDP of the answer cannot be read.") { Advice = "Save a trace with --trace FILE, and see where it breaks with 'imageshare inspect FILE'." };
        }

        MediaDescription? media = description.Media.FirstOrDefault(static m => m.IsMsrp);
        string[] warnings = [.. description.Warnings.Select(static warning => warning.Code.ToString()).Distinct()];
        if (media is null)
        {
            return new Check("sdp", Without(capabilities), "The SDP of the answer has no MSRP.") { Details = warnings };
        }

        string types = capabilities.AcceptedTypes.Count > 0 ? string.Join(' ', capabilities.AcceptedTypes.Take(10)) : "no type named";
        string most = capabilities.MaxSize is { } size ? $", at most {Terminals.Shown.Bytes(size)}" : string.Empty;
        return new Check("sdp", warnings.Length > 0 ? Verdict.Warning : Verdict.Ok, $"The peer takes {types}{most}, over {media.Protocol}.") { Details = warnings };
    }

    // What it means that something is not there.
    private static Verdict Without(ImageShareCapabilities capabilities) => capabilities.Support switch
    {
        ImageShareSupport.Yes => Verdict.Warning,
        ImageShareSupport.Unknown => Verdict.Unknown,
        _ => Verdict.NotCapable,
    };

    /// <summary>What can be said of MSRP without an image.</summary>
    public static Check OfMsrp(SipResponse? answer)
    {
        MediaDescription? media = answer is not null && SessionDescription.TryParse(answer.Body.Span, out SessionDescription? description) ? description.Media.FirstOrDefault(static m => m.IsMsrp) : null;
        return new Check("msrp", Verdict.NotChecked, media is { Port: > 0 }
            ? $"The answer names port {media.Port}, but a peer listens for MSRP only in a share: not dialled."
            : "A peer names its MSRP port only when it accepts an image: not dialled.")
        {
            Advice = "To check it, share a small image with 'imageshare send'.",
        };
    }
}
