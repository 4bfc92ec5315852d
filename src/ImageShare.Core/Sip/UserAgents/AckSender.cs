using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>The ACK of one 2xx: sent with each copy of the 2xx, always the same (RFC 3261 §13.2.2.4). On the loop only.</summary>
internal sealed class AckSender
{
    private readonly SipRequest _ack;
    private readonly RequestAddressing _addressing;
    private readonly Outbox _outbox;
    private readonly List<Action> _afterFirst = [];
    private SipDestination? _destination;
    private SipDestination? _fallback;
    private bool _isFirstOver;

    public AckSender(AgentCore core, RoutedRequest ack)
    {
        _ack = ack.Request;
        _addressing = new RequestAddressing(core, ack, contactParameters: null);
        _outbox = new Outbox(core, _ => OnFirstOver(), OnSendFailed);
        RequestFiller.AddUserAgent(_ack, core.Options);
        _addressing.Begin(
            (destination, fallback) =>
            {
                _fallback = core.Options.FallBackToUdp ? fallback : null;
                _destination = destination;
                Repeat();
            },
            _ => OnFirstOver());
    }

    /// <summary>Sends it again, unless it is still looking for its way.</summary>
    public void Repeat()
    {
        if (_destination is not null)
        {
            _outbox.Send(_ack, _destination);
        }
    }

    /// <summary>Does something once the first ACK is out, or could not be sent: then each copy of the 2xx tries again.</summary>
    public void AfterFirst(Action action)
    {
        if (_isFirstOver)
        {
            action();
        }
        else
        {
            _afterFirst.Add(action);
        }
    }

    private void OnSendFailed(ImageShareException error)
    {
        if (_fallback is { } udp && error.Error == ImageShareError.PeerUnreachable)
        {
            _fallback = null;
            _destination = udp;
            _addressing.Write(udp);
            Repeat();
            return;
        }

        OnFirstOver();
    }

    private void OnFirstOver()
    {
        _isFirstOver = true;
        foreach (Action action in _afterFirst)
        {
            action();
        }

        _afterFirst.Clear();
    }
}
