using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// The dialog of a session as it is now, and the requests sent in it (RFC 3261 §12.2). Changed on the loop only; <see cref="Dialog"/> may be read from any thread.
/// </summary>
/// <param name="layer">The layer it belongs to.</param>
/// <param name="dialog">The dialog at its beginning.</param>
/// <param name="contactParameters">The parameters of our Contact in requests that refresh the target.</param>
internal sealed class SessionRequests(DialogLayer layer, Dialog dialog, ParameterList contactParameters)
{
    private Dialog _dialog = dialog;

    public DialogLayer Layer => layer;

    public Dialog Dialog => Volatile.Read(ref _dialog);

    public ParameterList ContactParameters => contactParameters;

    /// <summary>Takes note of the CSeq of a peer's request; false when it is out of order (RFC 3261 §12.2.2).</summary>
    public bool TryReceive(SipRequest request)
    {
        bool inOrder = _dialog.TryReceive(request, out Dialog next);
        Volatile.Write(ref _dialog, next);
        return inOrder;
    }

    /// <summary>Takes the remote target from a target refresh request of the peer, or from the 2xx to one of ours (RFC 3261 §12.2).</summary>
    public void RefreshTarget(SipMessage message) => Volatile.Write(ref _dialog, _dialog.RefreshedBy(message));

    /// <summary>Takes the next CSeq number for a request of ours.</summary>
    public uint NextNumber()
    {
        _dialog.CreateRequest(SipMethod.Options, out Dialog next);
        Volatile.Write(ref _dialog, next);
        return next.LocalCSeq;
    }

    public RoutedRequest Create(SipMethod method, SipHeaders? headers, ReadOnlyMemory<byte> body)
    {
        RoutedRequest routed = _dialog.CreateRequest(method, out Dialog next);
        Volatile.Write(ref _dialog, next);
        layer.Agent.Product.AddTo(routed.Request);
        routed.Request.Body = body;
        foreach (SipHeader header in headers ?? [])
        {
            routed.Request.Headers.Add(header.Name, header.RawValue);
        }

        return routed;
    }

    /// <summary>Creates the ACK for the 2xx to a re-INVITE. It goes to the target the 2xx names.</summary>
    public RoutedRequest CreateAck(SipRequest invite, SipResponse response)
    {
        RefreshTarget(response);
        return _dialog.CreateAck(invite);
    }

    /// <summary>Sends a request, with our Contact when <paramref name="refreshesTarget"/>.</summary>
    public void Send(RoutedRequest routed, Action<SipResponse> done, Action<ImageShareException> failed, bool refreshesTarget = false) =>
        new OutgoingRequest(layer.Requests, routed, done, failed)
        {
            ContactParameters = refreshesTarget ? contactParameters : null,
            NextNumber = NextNumber,
        }.Start();
}
