using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The caller's side of one early dialog (RFC 3261 §12.1.2) as a value. Each To tag in provisional responses has its own early dialog, with its own
/// sequence of reliable responses (RFC 3262 §4, errata 4600) and its own answer.
/// </summary>
/// <param name="Dialog">The dialog.</param>
/// <param name="LastRSeq">The RSeq of the last reliable response; null before the first.</param>
/// <param name="Answer">The first reliable response with a body: the answer to our offer (RFC 3262 §5).</param>
internal sealed record EarlyDialogState(Dialog Dialog, uint? LastRSeq = null, SipResponse? Answer = null)
{
    /// <summary>Whether a provisional response needs a PRACK. A 100 never does.</summary>
    public static bool IsReliable(SipResponse response, out uint number)
    {
        number = response.Headers.RSeq ?? 0;
        return response.StatusCode is > 100 and < 200 && number > 0
            && response.Headers.Require.Contains(SipExtensions.Reliability, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Records a reliable response; false if it is a retransmission or an earlier one is missing. Neither is acknowledged; the
    /// callee retransmits (RFC 3262 §4).
    /// </summary>
    public bool TryTake(SipResponse response, uint number, out EarlyDialogState next)
    {
        bool isNext = LastRSeq is not { } last || (last < uint.MaxValue && number == last + 1);
        next = isNext ? this with { LastRSeq = number, Answer = Answer ?? (response.Body.IsEmpty ? null : response) } : this;
        return isNext;
    }
}
