using System.Globalization;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>The Retry-After header of a response (RFC 3261 §20.33).</summary>
internal static class RetryAfterHeader
{
    public static void AddTo(SipResponse response, int seconds) =>
        response.Headers.Set(SipHeaderNames.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture));
}
