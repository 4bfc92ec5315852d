using ImageShare.Core.Sip.Dialogs;

namespace ImageShare.Core.Sip.UserAgents;

/// <content>The early dialogs of a call: one for each To tag among its provisional responses (RFC 3261 §13.2.2.1).</content>
public sealed partial class OutgoingInvite
{
    // As many as answers are taken; a proxy that forks to more phones than this is not calling anybody any more.
    private const int MostEarlyDialogs = 32;

    private readonly Dictionary<string, EarlyDialog> _early = [];

    // Whether the application is to hear of it.
    private bool TakeEarly(SipResponse response)
    {
        if (response.Headers.To?.Tag is not { } tag)
        {
            return true;
        }

        if (!_early.TryGetValue(tag, out EarlyDialog? early))
        {
            if (_early.Count >= MostEarlyDialogs)
            {
                return true;
            }

            early = new EarlyDialog(_core, _transaction!.Request, response, _settings.Answer);
            _early.Add(tag, early);
        }

        return early.Take(response);
    }

    // The route set is that of the 2xx, the count goes on (RFC 3261 §13.2.2.4).
    private Dialog Confirm(string tag)
    {
        Dialog dialog = Dialog.OfCaller(_transaction!.Request, _response!);
        return _early.TryGetValue(tag, out EarlyDialog? early) ? dialog.CountingFrom(early.LocalCSeq) : dialog;
    }

    // Where the INVITE brought no offer the 2xx does, and the ACK answers it, unless a PRACK has done so (RFC 3261 §13.2.1).
    private RoutedRequest CreateAck(Dialog dialog, string tag)
    {
        RoutedRequest ack = dialog.CreateAck(_transaction!.Request);
        if (!_early.TryGetValue(tag, out EarlyDialog? early) || !early.HasAnswered)
        {
            OfferAnswer.AddTo(ack.Request, _transaction.Request, _response!, _settings.Answer);
        }

        return ack;
    }

    private void ForgetEarly()
    {
        foreach (EarlyDialog early in _early.Values)
        {
            early.Forget();
        }

        _early.Clear();
    }
}
