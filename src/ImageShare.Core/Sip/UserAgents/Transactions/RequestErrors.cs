using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>The errors of a request that was not answered, or not readably.</summary>
internal static class RequestErrors
{
    /// <summary>The error for a response that could not be read.</summary>
    public static ImageShareException Unreadable(SipMethod method, SipReadError error, int? status = null) => new(
        ImageShareError.MalformedMessage,
        $"An answer to the {method} came that could not be read ({error.Code} at byte {error.Offset}); look at it in a trace, and at what software the peer or its proxy runs.")
    {
        SipStatus = status,
    };

    /// <summary>The error for a request without a response.</summary>
    public static ImageShareException NoAnswer(SipRequest request) => new(
        ImageShareError.NoAnswer, $"Nobody answered the {request.Method} to {request.RequestUri} in time; check the address and try again.");
}
