using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The identifier of a dialog (RFC 3261 §12): the Call-ID and the tags of both sides, all case-sensitive. A peer of RFC 2543 has
/// no tag, which is null, not empty.
/// </summary>
/// <param name="CallId">The Call-ID.</param>
/// <param name="LocalTag">Our own tag.</param>
/// <param name="RemoteTag">The peer's tag.</param>
public readonly record struct DialogId(string CallId, string? LocalTag, string? RemoteTag)
{
    /// <summary>The dialog of a request from the peer.</summary>
    internal static DialogId OfReceived(SipRequest request) =>
        new(request.Headers.CallId!, request.Headers.To!.Tag, request.Headers.From!.Tag);
}
