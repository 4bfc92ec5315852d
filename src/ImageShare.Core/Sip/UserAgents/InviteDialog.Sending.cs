using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>What we send inside the dialog.</content>
public sealed partial class InviteDialog
{
    private void SendBye()
    {
        var headers = new SipHeaders();
        if (_byeReason is { } reason)
        {
            headers.Add(SipHeaderNames.Reason, reason);
        }

        // From here on it takes the place of this session: see EndingDialog.
        var ending = _ending = new EndingDialog(_core, Id);
        Send(SipMethod.Bye, headers, default, _ => OnByeDone(ending), _ => OnByeDone(ending));
    }

    private void OnByeDone(EndingDialog ending)
    {
        ending.Forget();
        _byeDone.TrySetResult();
    }

    private static ParameterList ContactParameters(SipMessage message) => message.Headers.Contacts is [{ } ours, ..] ? ours.Parameters : default;

    private void Send(
        SipMethod method,
        SipHeaders? headers,
        ReadOnlyMemory<byte> body,
        Action<SipResponse> done,
        Action<ImageShareException> failed,
        ParameterList? contactParameters = null) =>
        new OutgoingRequest(_core, CreateRequest(method, headers, body), contactParameters, NextNumber, done, failed).Start();

    private RoutedRequest CreateRequest(SipMethod method, SipHeaders? headers, ReadOnlyMemory<byte> body)
    {
        RoutedRequest routed = _dialog.CreateRequest(method, out Dialog next);
        Volatile.Write(ref _dialog, next);
        RequestFiller.AddUserAgent(routed.Request, _core.Options);
        routed.Request.Body = body;
        foreach (SipHeader header in headers ?? [])
        {
            routed.Request.Headers.Add(header.Name, header.RawValue);
        }

        return routed;
    }

    /// <summary>Uses up one number for a request of ours.</summary>
    internal uint NextNumber()
    {
        _dialog.CreateRequest(SipMethod.Options, out Dialog next);
        Volatile.Write(ref _dialog, next);
        return next.LocalCSeq;
    }
}
