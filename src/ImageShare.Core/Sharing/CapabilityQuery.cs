using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sharing;

/// <summary>Step 1 of the service, the asking side: OPTIONS, and what its answer shows (IR.79 §3.3).</summary>
internal static class CapabilityQuery
{
    public static async Task<ImageShareCapabilities> AskAsync(ShareContext context, SipUri peer, CancellationToken cancellationToken)
    {
        var request = new SipRequest(SipMethod.Options, peer);
        request.Headers.Add("Accept", "application/sdp");
        if (context.Profile.CsVoice)
        {
            // The query asks for a phone with a voice call, not for the service itself (IR.79 §3.3).
            request.Headers.Add("Accept-Contact", new AcceptContact(default(ImageShare.Core.Text.ParameterList).With(FeatureTags.CsVoice)));
        }

        SipResponse response = await context.Agent.SendAsync(request, ServiceTags.Contact(context.Profile), cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? CapabilityOffer.Read(response)
            : new ImageShareCapabilities { SipStatus = response.StatusCode };
    }
}
