using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

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
            request.Headers.Add("Accept-Contact", new AcceptContact(ParameterList.Empty.With(FeatureTags.CsVoice)));
        }

        SipResponse response = await SendAsync(context, request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? CapabilityOffer.Read(response)
            : new ImageShareCapabilities { SipStatus = response.StatusCode };
    }

    // SIP itself gives up after 32 s; a client that asks for less patience gets it.
    private static async Task<SipResponse> SendAsync(ShareContext context, SipRequest request, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(context.Limits.AnswerTimeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await context.Agent.SendAsync(request, ServiceTags.Contact(context.Profile), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.NoAnswer,
                $"The peer did not answer the capability query within {context.Limits.AnswerTimeout.TotalSeconds:0.#} s; check the address and port, and that it is running.");
        }
    }
}
