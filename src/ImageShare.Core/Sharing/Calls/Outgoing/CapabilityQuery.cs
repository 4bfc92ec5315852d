using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>The client side of the capability query: sends OPTIONS and evaluates the answer (IR.79 §3.3).</summary>
internal static class CapabilityQuery
{
    /// <param name="context">The context of the client's shares.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="headers">Extra headers.</param>
    /// <param name="inPlace">Whether the agent may work on this thread: not on the application's.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static async Task<ImageShareCapabilities> AskAsync(
        ShareContext context, SipUri peer, ExtraHeaders headers, bool inPlace, CancellationToken cancellationToken)
    {
        int repeated = 0;
        List<SipUri> tried = [peer];
        while (true)
        {
            // Each attempt is a new query with its own Call-ID; the peer cannot relate them.
            SipResponse response = await SendAsync(context, Write(context, tried[^1], headers), inPlace, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == 480 && DelayOf(context.Limits, response, repeated++) is { } delay)
            {
                await Task.Delay(LongestWait.Cut(delay), context.TimeProvider, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (Redirection.Is(response) && tried.Count <= context.FollowRedirects && Redirection.Next(response, tried[^1], tried) is { } next)
            {
                tried.Add(next);
                continue;
            }

            // A final 480, or any other refusal, means that the peer does not support the service (IR.79 §3.3).
            ImageShareCapabilities capabilities = response.IsSuccess
                ? CapabilityOffer.Read(response)
                : Refused(response);
            context.Known.Learn(peer, capabilities);
            return capabilities;
        }
    }

    private static ImageShareCapabilities Refused(SipResponse response)
    {
        SipUri[] targets = Redirection.Is(response) ? Redirection.Targets(response) : [];
        return new ImageShareCapabilities
        {
            SipStatus = response.StatusCode,
            Message = Redirection.Is(response) ? Redirection.Describe(targets) : UnansweredChallenge.Describe(response),
            RedirectedTo = targets,
        };
    }

    private static SipRequest Write(ShareContext context, SipUri peer, ExtraHeaders headers)
    {
        var request = new SipRequest(SipMethod.Options, peer);
        request.Headers.Add("Accept", "application/sdp");
        if (context.Tags.Query is { } wanted)
        {
            request.Headers.Add("Accept-Contact", new AcceptContact(wanted));
        }

        context.AddOwnHeaders(request.Headers, headers);
        return request;
    }

    /// <summary>The delay before the query is repeated; null if it is not.</summary>
    private static TimeSpan? DelayOf(ImageShareLimits limits, SipResponse response, int repeated)
    {
        if (repeated >= limits.QueryRetryDelays.Count)
        {
            return null;
        }

        TimeSpan delay = response.Headers.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : limits.QueryRetryDelays[repeated];
        return delay <= limits.AnswerTimeout ? delay : null;
    }

    // SIP gives up after 32 s (timer F); a shorter limit of the client applies here.
    private static async Task<SipResponse> SendAsync(ShareContext context, SipRequest request, bool inPlace, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(context.Limits.AnswerTimeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        SipReadError? unreadable = null;
        try
        {
            return await context.Agent.AskAsync(request, context.Tags.Contact, error => unreadable = error, inPlace, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw unreadable is { } error ? RequestErrors.Unreadable(request.Method, error) : new ImageShareException(
                ImageShareError.NoAnswer,
                $"The peer did not answer the capability query within {context.Limits.AnswerTimeout.TotalSeconds:0.#} s; check the address and port, and that it is running.");
        }
    }
}
