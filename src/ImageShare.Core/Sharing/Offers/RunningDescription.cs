using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>What a new offer means for a file of a running session (RFC 5547 §8.1, RFC 3264 §8).</summary>
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

/// <summary>One file of a session.</summary>
/// <param name="Section">The index of its section.</param>
/// <param name="File">The file that was offered.</param>
/// <param name="TransferId">The id of its transfer, as far as the offerer gave one.</param>
/// <param name="KeepsSelector">Whether this side has the file and says itself what it is; otherwise an answer repeats what is offered.</param>
internal sealed record RunningFile(int Section, FileSelector File, FileTransferId? TransferId, bool KeepsSelector = false)
{
    /// <summary>The file of a section that this side has described.</summary>
    public static RunningFile Of(SessionDescription description, int section) =>
        new(section, description.Media[section].FileSelector!, description.Media[section].FileTransferId);
}

/// <summary>The session as both sides have described it.</summary>
/// <param name="Local">What this side said last.</param>
internal sealed record RunningDescription(SessionDescription Local)
{
    // What an answer repeats of its offer (RFC 5547 §8.3).
    private static readonly string[] Mirrored = [SdpAttributes.FileSelectorName, SdpAttributes.FileTransferIdName, SdpAttributes.FileRangeName];

    /// <summary>Whether no section is missing (RFC 3264 §8).</summary>
    public bool IsContinuedBy(SessionDescription offer) => offer.Media.Length >= Local.Media.Length;

    /// <summary>What an offer with all sections means for one of the files.</summary>
    public ReofferKind Judge(SessionDescription offer, RunningFile running)
    {
        MediaDescription offered = offer.Media[running.Section];
        MediaDescription current = Local.Media[running.Section];
        if (offered.Port == 0)
        {
            return ReofferKind.Removed;
        }

        if (!offered.Media.Equals(current.Media, StringComparison.OrdinalIgnoreCase) || !offered.Protocol.Equals(current.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            return ReofferKind.Unacceptable;
        }

        if (offered.FileTransferId != running.TransferId)
        {
            return ReofferKind.NewTransfer;
        }

        if (offered.FileSelector is { } file && !file.IsSameFileAs(running.File))
        {
            return ReofferKind.OtherFile;
        }

        // The same transfer does not turn round.
        return Local.GetDirection(current).MayAnswer(offer.GetDirection(offered)) ? ReofferKind.SameTransfer : ReofferKind.Unacceptable;
    }

    /// <summary>
    /// The answer to an offer of the session (RFC 3264 §8): the sections of some files as they are; whatever is in other sections is refused. With
    /// the o= line of what was said before when nothing is different.
    /// </summary>
    /// <param name="offer">The offer.</param>
    /// <param name="kept">The files that stay, by their sections.</param>
    public SessionDescription Answer(SessionDescription offer, IReadOnlyDictionary<int, RunningFile> kept) => OfferRevision.After(
        Local,
        Local with
        {
            Media = [.. offer.Media.Select((offered, i) => kept.TryGetValue(i, out RunningFile? file) ? Keep(Local.Media[i], offered, file.KeepsSelector) : OfferAnswer.Refuse(offered))],
        });

    /// <summary>Our next offer, with some sections taken out (RFC 5547 §8.4).</summary>
    public SessionDescription Without(IEnumerable<int> sections) =>
        OfferRevision.After(Local, Local with { Media = sections.Aggregate(Local.Media, OfferRevision.Remove) });

    private static MediaDescription Keep(MediaDescription kept, MediaDescription offered, bool keepsSelector)
    {
        foreach (string name in keepsSelector ? Mirrored[1..] : Mirrored)
        {
            if (offered.Find(name) is { } attribute)
            {
                kept = kept.With(attribute);
            }
        }

        return kept;
    }
}
