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

    /// <summary>There is no image in the folder that is served.</summary>
    void NoImages(string folder);

    /// <summary>A peer asks for an image that is served here.</summary>
    void Request(ImageRequest request);

    void Capabilities(SipUri peer, ImageShareCapabilities capabilities);

    /// <summary>One of several images is about to be shared.</summary>
    void Sending(string name, int number, int count);

    void Trace(ImageShareTraceEvent message);

    /// <summary>Follows a share to its end: states, progress, result.</summary>
    Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken);

    /// <summary>Something failed: the share named last, or the command as a whole when that is null.</summary>
    void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null);
}
