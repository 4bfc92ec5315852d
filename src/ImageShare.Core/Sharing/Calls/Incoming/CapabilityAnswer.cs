using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>The answer to a capability query (IR.79 §3.3; RFC 3261 §11.2): the tag of the service and an SDP body that says what this side accepts.</summary>
internal static class CapabilityAnswer
{
    public static SipResponse To(IncomingRequest request, ShareContext context)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Contact", new NameAddress(null, request.GetContactUri(response), context.Tags.Contact));
        response.Headers.Add("Accept", InvitationBody.Accepted);
        response.Headers.Add("Accept-Encoding", "identity");
        response.Headers.Add("Accept-Language", "en");

        // A missing Accept means application/sdp (RFC 3261 §20.1).
        IReadOnlyList<MediaType> accept = request.Request.Headers.Accept;
        if (!request.Request.Headers.Contains("Accept") || accept.Any(t => t.IsSdp || t.Is("application", "*") || t.Is("*", "*")))
        {
            ConnectionData own = context.AddressFor(request.Source).Connection;
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = CapabilityOffer.Write(
                Origin.CreateAt(own), own, context.Accepted, context.Limits.MaxImageSize, context.Terms.Security, context.Catalogue is not null).ToArray();
        }

        return response;
    }
}
