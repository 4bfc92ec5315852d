using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sdp;

/// <summary>What is wrong with an answer. Names and meanings are stable.</summary>
public enum AnswerProblem
{
    /// <summary>Nothing: the answer fits the offer.</summary>
    None = 0,

    /// <summary>The answer has more or fewer media sections than the offer.</summary>
    SectionCount,

    /// <summary>A section answers with another kind of media.</summary>
    Media,

    /// <summary>A section answers with another transport protocol.</summary>
    Protocol,

    /// <summary>A section answers with a direction the offer does not allow.</summary>
    Direction,
}

/// <summary>The rules that tie an answer to its offer, section by section (RFC 3264 §6).</summary>
public static class OfferAnswer
{
    /// <summary>
    /// The answer that refuses a section: port 0, the same media, protocol and formats, and for a file its selector and transfer id
    /// exactly as they came (RFC 5547 §8.3).
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
    /// Checks that an answer has the sections of its offer, in number, order, media and protocol, and that each section that is in
    /// use has a direction the offer allows.
    /// </summary>
    /// <param name="offer">What was offered.</param>
    /// <param name="answer">What came back.</param>
    /// <param name="section">The index of the section that is wrong, or -1.</param>
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
