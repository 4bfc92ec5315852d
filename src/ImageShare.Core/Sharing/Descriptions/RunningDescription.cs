using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Descriptions;

/// <summary>What a new offer means for the file of a running session (RFC 5547 §8.1, RFC 3264 §8).</summary>
internal enum ReofferKind
{
    /// <summary>It fits no rule; the session goes on as it was (488).</summary>
    Unacceptable,

    /// <summary>The same transfer: a regular answer and nothing else.</summary>
    SameTransfer,

    /// <summary>The section is ended by port 0.</summary>
    Removed,

    /// <summary>The id of the running transfer, but another file.</summary>
    OtherFile,

    /// <summary>Another transfer in the place of this one, even when it is of the same file.</summary>
    NewTransfer,
}

/// <summary>The session as both sides have described it, and which of its sections carries the file.</summary>
/// <param name="Local">What this side said last.</param>
/// <param name="Section">The index of the section of the file.</param>
/// <param name="File">The file that was offered.</param>
/// <param name="TransferId">The id of its transfer, as far as the offerer gave one.</param>
/// <param name="KeepsSelector">Whether this side has the file and says itself what it is; otherwise an answer repeats what is offered.</param>
internal sealed record RunningDescription(SessionDescription Local, int Section, FileSelector File, FileTransferId? TransferId, bool KeepsSelector = false)
{
    // What an answer repeats of its offer (RFC 5547 §8.3).
    private static readonly string[] Mirrored = [SdpAttributes.FileSelectorName, SdpAttributes.FileTransferIdName, SdpAttributes.FileRangeName];

    private MediaDescription FileSection => Local.Media[Section];

    public ReofferKind Judge(SessionDescription offer)
    {
        if (offer.Media.Length < Local.Media.Length)
        {
            return ReofferKind.Unacceptable;
        }

        MediaDescription offered = offer.Media[Section];
        if (offered.Port == 0)
        {
            return ReofferKind.Removed;
        }

        if (!offered.Media.Equals(FileSection.Media, StringComparison.OrdinalIgnoreCase) || !offered.Protocol.Equals(FileSection.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            return ReofferKind.Unacceptable;
        }

        if (offered.FileTransferId != TransferId)
        {
            return ReofferKind.NewTransfer;
        }

        if (offered.FileSelector is { } file && !file.IsSameFileAs(File))
        {
            return ReofferKind.OtherFile;
        }

        // The same transfer does not turn round.
        return Local.GetDirection(FileSection).MayAnswer(offer.GetDirection(offered)) ? ReofferKind.SameTransfer : ReofferKind.Unacceptable;
    }

    /// <summary>
    /// The answer to an offer of the session (RFC 3264 §8): the section of the file as it is, or refused; whatever is in other sections is
    /// refused. With the o= line of what was said before when nothing is different.
    /// </summary>
    public SessionDescription Answer(SessionDescription offer, bool keepsFile) => OfferRevision.After(
        Local,
        Local with { Media = [.. offer.Media.Select((offered, i) => i == Section && keepsFile ? Keep(offered) : OfferAnswer.Refuse(offered))] });

    private MediaDescription Keep(MediaDescription offered)
    {
        MediaDescription kept = FileSection;
        foreach (string name in KeepsSelector ? Mirrored[1..] : Mirrored)
        {
            if (offered.Find(name) is { } attribute)
            {
                kept = kept.With(attribute);
            }
        }

        return kept;
    }
}
