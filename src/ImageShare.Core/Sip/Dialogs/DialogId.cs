using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// What names a dialog (RFC 3261 §12): the Call-ID and the tags of both sides, all compared with case. A peer of RFC 2543 has
/// no tag; that is null, not empty.
/// </summary>
/// <param name="CallId">The Call-ID.</param>
/// <param name="LocalTag">Our own tag.</param>
/// <param name="RemoteTag">The peer's tag.</param>
public readonly record struct DialogId(string CallId, string? LocalTag, string? RemoteTag)
{
    /// <summary>The dialog a request from the peer names.</summary>
    internal static DialogId OfReceived(SipRequest request) =>
        new(request.Headers.CallId!, request.Headers.To!.Tag, request.Headers.From!.Tag);
}
