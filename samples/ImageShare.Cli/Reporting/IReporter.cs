using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Reporting;

/// <summary>The output of the commands: for people (<see cref="HumanReporter"/>) or for programs (<see cref="JsonReporter"/>). Thread-safe.</summary>
internal interface IReporter
{
    void Listening(SipUri address);

    /// <summary>The registration of this side has changed. Called on the SIP loop.</summary>
    void Registration(SipUri identity, SipRegistrationState state);

    /// <summary>All that is known of the registration of this side.</summary>
    void RegistrationDetails(SipRegistrationState state);

    void Asking(SipUri peer);

    void Invitation(ImageShareInvitation invitation);

    /// <summary>The served folder contains no image.</summary>
    void NoImages(string folder);

    /// <summary>A peer requests an image.</summary>
    void Request(ImageRequest request);

    void Capabilities(SipUri peer, ImageShareCapabilities capabilities);

    /// <summary>One of several images is about to be shared.</summary>
    void Sending(string name, int number, int count);

    void Trace(ImageShareTraceEvent message);

    /// <summary>Follows a share to its end: states, progress, result.</summary>
    Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken);

    /// <summary>Reports a failure of the given share, or of the whole command if it is null.</summary>
    void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null);

    /// <summary>The command line, or a file it names, is wrong.</summary>
    void WrongUsage(string message);
}
