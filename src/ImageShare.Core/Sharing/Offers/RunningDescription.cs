using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>What a new offer means for a file in an established session (RFC 5547 §8.1, RFC 3264 §8).</summary>
internal enum ReofferKind
{
    /// <summary>The offer is invalid: refuse it with 488; the session continues unchanged.</summary>
    Unacceptable,

    /// <summary>The same transfer: only answer it.</summary>
    SameTransfer,

    /// <summary>Port 0 removes the section.</summary>
    Removed,

    /// <summary>A different file under the id of the running transfer.</summary>
    OtherFile,

    /// <summary>A new transfer that replaces this one, possibly of the same file.</summary>
    NewTransfer,
}

/// <summary>A file in a session.</summary>
/// <param name="Section">The index of its media section.</param>
/// <param name="File">The offered file.</param>
/// <param name="TransferId">The transfer id, if the offerer gave one.</param>
/// <param name="KeepsSelector">Whether this side sends the file and writes its own selector; otherwise an answer repeats the offered one.</param>
internal sealed record RunningFile(int Section, FileSelector File, FileTransferId? TransferId, bool KeepsSelector = false)
{
    /// <summary>The file in a section of this side's description.</summary>
    public static RunningFile Of(SessionDescription description, int section) =>
        new(section, description.Media[section].FileSelector!, description.Media[section].FileTransferId);
}

/// <summary>The negotiated session.</summary>
/// <param name="Local">The last description of this side.</param>
internal sealed record RunningDescription(SessionDescription Local)
{
    // The attributes an answer copies from its offer (RFC 5547 §8.3).
    private static readonly string[] Mirrored = [SdpAttributes.FileSelectorName, SdpAttributes.FileTransferIdName, SdpAttributes.FileRangeName];

    /// <summary>Whether the offer has at least as many sections as before (RFC 3264 §8).</summary>
    public bool IsContinuedBy(SessionDescription offer) => offer.Media.Length >= Local.Media.Length;

    /// <summary>Judges what an offer means for one of the files.</summary>
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

        // The same transfer cannot change its direction.
        return Local.GetDirection(current).MayAnswer(offer.GetDirection(offered)) ? ReofferKind.SameTransfer : ReofferKind.Unacceptable;
    }

    /// <summary>
    /// The answer to an offer in the session (RFC 3264 §8): the kept files unchanged, all other sections refused. If nothing changed, the o=
    /// line stays the same.
    /// </summary>
    /// <param name="offer">The offer.</param>
    /// <param name="kept">The files that stay, by section index.</param>
    public SessionDescription Answer(SessionDescription offer, IReadOnlyDictionary<int, RunningFile> kept) => OfferRevision.Next(
        Local,
        Local with
        {
            Media = [.. offer.Media.Select((offered, i) => kept.TryGetValue(i, out RunningFile? file) ? Keep(Local.Media[i], offered, file.KeepsSelector) : OfferAnswer.Refuse(offered))],
        });

    /// <summary>Our next offer, with some sections removed (RFC 5547 §8.4).</summary>
    public SessionDescription Without(IEnumerable<int> sections) =>
        OfferRevision.Next(Local, Local with { Media = sections.Aggregate(Local.Media, OfferRevision.Remove) });

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
