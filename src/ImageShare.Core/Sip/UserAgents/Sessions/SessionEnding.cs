using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// How a session was confirmed and how it ends: what the application awaits, and the BYE of this side (RFC 3261 §15.1.1). The tasks may be awaited on any
/// thread; all else is for the loop only.
/// </summary>
/// <param name="dialog">What the application awaits when it accepts.</param>
/// <param name="requests">The dialog the BYE is sent in.</param>
internal sealed class SessionEnding(InviteDialog dialog, SessionRequests requests)
{
    private readonly TaskCompletionSource<InviteDialog> _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SingleResult<DialogEnd> _ended = new();
    private readonly TaskCompletionSource _byeDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _byeReason;
    private SipRequest? _peerBye;

    /// <summary>Completes when the 2xx of the INVITE is acknowledged; fails when it is not.</summary>
    public Task<InviteDialog> Confirmed => _confirmed.Task;

    /// <summary>Completes when the session is over; never fails.</summary>
    public Task<DialogEnd> Ended => _ended.Task;

    /// <summary>Calls back on the loop when the session is over. See <see cref="SingleResult{T}.Tell"/>.</summary>
    public void TellEnd(Action<DialogEnd> heard) => _ended.Tell(heard);

    /// <summary>Completes when our BYE is answered, or no answer can be expected; never fails.</summary>
    public Task ByeDone => _byeDone.Task;

    public void Confirm() => _confirmed.TrySetResult(dialog);

    public void FailConfirmation(ImageShareException error)
    {
        _confirmed.TrySetException(error);

        // Nobody need await it: its failure is observed here.
        _ = _confirmed.Task.Exception;
    }

    /// <summary>There never was a session, or the agent closes.</summary>
    public void Fail(ImageShareException error)
    {
        FailConfirmation(error);
        _ended.TrySet(new DialogEnd(DialogEndReason.Failed));
        CompleteBye();
    }

    /// <summary>The application wants it ended; the first reason counts.</summary>
    public void SetReason(string? reason) => _byeReason ??= reason;

    /// <summary>No BYE is sent: the agent is closed.</summary>
    public void CompleteBye() => _byeDone.TrySetResult();

    public void OnPeerBye(SipRequest bye) => _peerBye = bye;

    /// <summary>Sends BYE. From here on an <see cref="EndingDialog"/> takes the requests of the dialog.</summary>
    public void SendBye()
    {
        var headers = new SipHeaders();
        if (_byeReason is { } reason)
        {
            headers.Add(SipHeaderNames.Reason, reason);
        }

        var ending = new EndingDialog(requests.Layer, requests.Dialog.Id);
        requests.Send(requests.Create(SipMethod.Bye, headers, default), _ => OnByeDone(ending), _ => OnByeDone(ending));
    }

    public void End(DialogEndReason reason)
    {
        if (reason == DialogEndReason.RemoteBye)
        {
            CompleteBye();
        }

        _ended.TrySet(new DialogEnd(reason, _peerBye));
    }

    private void OnByeDone(EndingDialog ending)
    {
        ending.Forget();
        CompleteBye();
    }
}
