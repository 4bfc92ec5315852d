using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transactions;

/// <summary>The requests that follow an INVITE hop by hop: the ACK in its own transaction, and CANCEL.</summary>
internal static class InviteFollowUp
{
    private const string UsualMaxForwards = "70";

    /// <summary>The ACK for a final response of 300 to 699 (RFC 3261 §17.1.1.3): the route of the INVITE, and the To of the response.</summary>
    public static SipRequest CreateAck(SipRequest invite, SipResponse response)
    {
        SipRequest ack = Create(invite, SipMethod.Ack, response.Headers);

        // RFC 3261 §22.1: an ACK cannot be challenged, so it has the credentials of its INVITE.
        ack.Headers.AddAll(SipHeaderNames.Authorization, invite.Headers);
        ack.Headers.AddAll(SipHeaderNames.ProxyAuthorization, invite.Headers);
        return ack;
    }

    /// <summary>The CANCEL of an INVITE as it was sent (RFC 3261 §9.1).</summary>
    /// <param name="invite">The INVITE with its Via.</param>
    /// <param name="reason">The value of a Reason header (RFC 3326), or null for none.</param>
    public static SipRequest CreateCancel(SipRequest invite, string? reason)
    {
        SipRequest cancel = Create(invite, SipMethod.Cancel, invite.Headers);
        if (reason is not null)
        {
            cancel.Headers.Add(SipHeaderNames.Reason, reason);
        }

        return cancel;
    }

    private static SipRequest Create(SipRequest invite, SipMethod method, SipHeaders toFrom)
    {
        var request = new SipRequest(method, invite.RequestUri);
        SipHeaders headers = request.Headers;
        headers.Add(SipHeaderNames.Via, invite.Headers.TopVia!);
        headers.AddAll(SipHeaderNames.Route, invite.Headers);
        headers.Add(SipHeaderNames.MaxForwards, UsualMaxForwards);
        headers.AddAll(SipHeaderNames.From, invite.Headers);
        headers.AddAll(SipHeaderNames.To, toFrom);
        headers.AddAll(SipHeaderNames.CallId, invite.Headers);
        headers.Add(SipHeaderNames.CSeq, new CSeq(invite.Headers.CSeq!.Number, method));
        return request;
    }
}
