using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli;

/// <summary>What the commands have to say: to people (<see cref="HumanReporter"/>) or to programs (<see cref="JsonReporter"/>). May be called from any thread.</summary>
internal interface IReporter
{
    void Listening(SipUri address);

    void Asking(SipUri peer);

    void Invitation(ImageShareInvitation invitation);

    /// <summary>A peer asks for an image that is served here.</summary>
    void Request(ImageRequest request);

    void Capabilities(SipUri peer, ImageShareCapabilities capabilities);

    void Trace(ImageShareTraceEvent message);

    /// <summary>Follows a share to its end: states, progress, result.</summary>
    Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken);

    void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus);
}
