using ImageShare.Cli.Shares;
using ImageShare.Cli.Terminals;
using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Reporting;

/// <summary>For people with --quiet: only what failed, on standard error. The exit status says the rest.</summary>
internal sealed class QuietReporter(TimeSpan timeout) : IReporter
{
    private readonly HumanReporter _failures = new(showMessages: false, timeout, new TerminalPictures(PictureStyle.None));

    public void Listening(SipUri address)
    {
    }

    public void Registration(SipUri identity, SipRegistrationState state)
    {
        if (state.Error != ImageShareError.None)
        {
            StandardError.Say($"{Shown.Text(identity.ToString())}: {Shown.Text(state.Message, 500)}");
        }
    }

    public Task RegisteringAsync(SipUri identity, Func<Task> register) => register();

    public void RegistrationDetails(SipRegistrationState state)
    {
    }

    public void Asking(SipUri peer)
    {
    }

    public void Invitation(ImageShareInvitation invitation)
    {
    }

    public void NoImages(string folder)
    {
    }

    public void Request(ImageRequest request)
    {
    }

    public void Capabilities(SipUri peer, ImageShareCapabilities capabilities)
    {
    }

    public void Sending(string name, int number, int count)
    {
    }

    public void NoIcon(string name, string reason)
    {
    }

    public void LeftOut(string path, string reason)
    {
    }

    public Task<T> ReadAsync<T>(string name, long? size, Func<Task<T>> read) => read();

    public void Executed(ExecutedCommand command)
    {
        if (!command.IsSuccess)
        {
            _failures.Executed(command);
        }
    }

    public void Trace(ImageShareTraceEvent message)
    {
    }

    public async Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        ImageShareResult result = (await FollowedShare.WaitAsync(session, new NoWatcher(), timeout, TimeProvider.System, cancellationToken)).Result;
        if (!result.IsCompleted)
        {
            Failed(result.Error, result.Message ?? string.Empty, result.SipStatus, result.MsrpStatus, ShareName.Of(session));
        }

        return result;
    }

    public void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null) =>
        StandardError.Say((of?.Image is { } name ? Shown.Text(name, 60) + ": " : string.Empty) + Shown.Text(message, 500));

    public void WrongUsage(string message) => _failures.WrongUsage(message);
}
