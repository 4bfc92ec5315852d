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

    /// <summary>Waits for the answer of a registrar, which takes a while if it does not come.</summary>
    Task RegisteringAsync(SipUri identity, Func<Task> register);

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

    /// <summary>A file of a folder or pattern is not sent.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">NotAnImage, Empty, Link or Unreadable.</param>
    void LeftOut(string path, string reason);

    /// <summary>Reads an image to describe it, which takes a while if it is large.</summary>
    Task<T> ReadAsync<T>(string name, long? size, Func<Task<T>> read);

    /// <summary>A command that was run for a stored image has ended.</summary>
    void Executed(ExecutedCommand command);

    /// <summary>No icon could be made of an image; if it can be sent, it is sent without one.</summary>
    /// <param name="name">The name of the image.</param>
    /// <param name="reason">Why, as words that follow the name.</param>
    void NoIcon(string name, string reason);

    void Trace(ImageShareTraceEvent message);

    /// <summary>Follows a share to its end: states, progress, result.</summary>
    Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken);

    /// <summary>Reports a failure of the given share, or of the whole command if it is null.</summary>
    void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null);

    /// <summary>The command line, or a file it names, is wrong.</summary>
    void WrongUsage(string message);
}
