using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sdp;

/// <summary>What is wrong with an answer. Names and meanings are stable.</summary>
public enum AnswerProblem
{
    /// <summary>The answer fits the offer.</summary>
    None = 0,

    /// <summary>The answer has more or fewer media sections than the offer.</summary>
    SectionCount,

    /// <summary>A section has a different media type.</summary>
    Media,

    /// <summary>A section has a different transport protocol.</summary>
    Protocol,

    /// <summary>A section has a direction the offer does not allow.</summary>
    Direction,
}

/// <summary>The rules for an answer to an offer (RFC 3264 §6).</summary>
public static class OfferAnswer
{
    /// <summary>
    /// Creates the section that refuses an offered one: port 0 with the same media, protocol and formats and, for a file, the unchanged
    /// selector and transfer id (RFC 5547 §8.3).
    /// </summary>
    public static MediaDescription Refuse(MediaDescription offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return new MediaDescription
        {
            Media = offered.Media,
            Port = 0,
            Protocol = offered.Protocol,
            Formats = offered.Formats,
            Attributes = offered.Attributes.RemoveAll(a => !a.Is(SdpAttributes.FileSelectorName) && !a.Is(SdpAttributes.FileTransferIdName)),
        };
    }

    /// <summary>
    /// Checks that an answer has the same sections as its offer in number, order, media and protocol, and that the direction of each accepted
    /// section is allowed by the offer.
    /// </summary>
    /// <param name="offer">The offer.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="section">The index of the faulty section, or -1.</param>
    public static AnswerProblem Check(SessionDescription offer, SessionDescription answer, out int section)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(answer);
        section = -1;
        if (offer.Media.Length != answer.Media.Length)
        {
            return AnswerProblem.SectionCount;
        }

        for (int i = 0; i < offer.Media.Length; i++)
        {
            AnswerProblem problem = Check(offer, offer.Media[i], answer, answer.Media[i]);
            if (problem != AnswerProblem.None)
            {
                section = i;
                return problem;
            }
        }

        return AnswerProblem.None;
    }

    private static AnswerProblem Check(SessionDescription offer, MediaDescription offered, SessionDescription answer, MediaDescription answered) =>
        !offered.Media.Equals(answered.Media, StringComparison.OrdinalIgnoreCase) ? AnswerProblem.Media
        : !offered.Protocol.Equals(answered.Protocol, StringComparison.OrdinalIgnoreCase) ? AnswerProblem.Protocol
        : answered.Port != 0 && !answer.GetDirection(answered).MayAnswer(offer.GetDirection(offered)) ? AnswerProblem.Direction
        : AnswerProblem.None;
}
