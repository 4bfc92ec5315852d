using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Our answer to an offer that came back for an INVITE without one (RFC 3261 §13.2.1).</summary>
internal static class OfferAnswer
{
    /// <summary>Puts the application's answer into an ACK or PRACK; false when there is nothing to answer, or nothing to answer with.</summary>
    public static bool AddTo(SipRequest request, SipResponse offer, Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? answer)
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
