namespace ImageShare.Core.Msrp.Framing;

/// <summary>A request or response that was read in one step.</summary>
/// <param name="Head">Its head; it changes when the next is read.</param>
/// <param name="BodyStart">Where its body begins.</param>
/// <param name="BodyLength">The bytes of the body; 0 when there is no body.</param>
/// <param name="Length">All of its bytes.</param>
/// <param name="Continuation">The sign of its end-line.</param>
internal readonly record struct WholeMessage(MsrpHead Head, int BodyStart, int BodyLength, int Length, MsrpContinuation Continuation);
