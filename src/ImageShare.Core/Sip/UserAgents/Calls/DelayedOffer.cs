using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// Answers the offer that the callee makes when our INVITE brought none: in the PRACK or in the ACK (RFC 3261 §13.2.1). On the loop only.
/// </summary>
/// <param name="answer">The application's answer to the response with the offer; null when our INVITE brought an offer.</param>
internal sealed class DelayedOffer(Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? answer)
{
    /// <summary>Puts the answer into an ACK or PRACK; false when there is no offer, or no answer.</summary>
    public bool TryAnswer(SipRequest request, SipResponse offer)
    {
        if (answer is null || offer.Body.IsEmpty)
        {
            return false;
        }

        (ReadOnlyMemory<byte> body, MediaType type) = answer(offer);
        request.Headers.Set(SipHeaderNames.ContentType, type.ToString());
        request.Body = body;
        return true;
    }
}
