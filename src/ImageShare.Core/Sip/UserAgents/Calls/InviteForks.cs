using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// The callees a forking proxy has sent an INVITE of ours to, by the To tags of their responses: the early dialogs (RFC 3261 §13.2.2.1), and the ACKs of
/// those that accepted (RFC 3261 §13.2.2.4). On the loop only.
/// </summary>
/// <param name="layer">The layer their dialogs are in.</param>
/// <param name="offer">Answers an offer of the callee.</param>
internal sealed class InviteForks(DialogLayer layer, DelayedOffer offer)
{
    // As many as OutgoingInviteMachine acknowledges; what comes beyond has no early dialog.
    private const int MaxEarlyDialogs = 32;

    private readonly List<(string Tag, AckSender Ack)> _answers = new(1);
    private Dictionary<string, EarlyDialog>? _early;

    /// <summary>The bytes it takes in memory, estimated.</summary>
    public int Bytes => _answers.Sum(static answer => answer.Ack.Bytes) + (1024 * (_early?.Count ?? 0));

    /// <summary>A provisional response of 101 to 199; whether the application is told of it.</summary>
    public bool TakeEarly(SipRequest invite, SipResponse response)
    {
        if (response.Headers.To?.Tag is not { } tag)
        {
            return true;
        }

        if (EarlyOf(tag) is not { } early)
        {
            if (_early?.Count >= MaxEarlyDialogs)
            {
                return true;
            }

            early = new EarlyDialog(layer, invite, response, offer);
            (_early ??= []).Add(tag, early);
        }

        return early.Take(response);
    }

    /// <summary>The early dialog with that tag; null when there is none.</summary>
    public EarlyDialog? EarlyOf(string tag) => _early?.GetValueOrDefault(tag);

    /// <summary>A 2xx came: makes its dialog and sends the ACK. The route set is that of the 2xx, the CSeq goes on (RFC 3261 §13.2.2.4).</summary>
    public (Dialog Dialog, AckSender Ack) Acknowledge(SipRequest invite, SipResponse response, string tag)
    {
        EarlyDialog? early = EarlyOf(tag);
        Dialog dialog = Dialog.OfCaller(invite, response);
        dialog = early is null ? dialog : dialog.CountingFrom(early.LocalCSeq);
        RoutedRequest request = dialog.CreateAck(invite);
        if (early is not { HasAnswered: true })
        {
            offer.TryAnswer(request.Request, response);
        }

        var ack = new AckSender(layer.Agent, request);
        _answers.Add((tag, ack));
        return (dialog, ack);
    }

    /// <summary>A 2xx was retransmitted.</summary>
    public void AcknowledgeAgain(string tag) => _answers.Find(known => known.Tag == tag).Ack.Repeat();

    /// <summary>Ends the dialog of a 2xx that is not the call: sends BYE after its ACK.</summary>
    public void End(Dialog dialog, AckSender ack) => ack.AfterFirst(() =>
    {
        var ending = new EndingDialog(layer, dialog.Id);
        RoutedRequest bye = dialog.CreateRequest(SipMethod.Bye, out _);
        layer.Agent.Product.AddTo(bye.Request);
        new OutgoingRequest(layer.Requests, bye, _ => ending.Forget(), _ => ending.Forget()).Start();
    });

    /// <summary>The early dialog with that tag has become the session.</summary>
    public void Settle(string tag)
    {
        if (_early?.Remove(tag, out EarlyDialog? settled) == true)
        {
            settled.Forget();
        }
    }

    /// <summary>All early dialogs have ended.</summary>
    public void ForgetEarly()
    {
        foreach (EarlyDialog early in _early?.Values.ToArray() ?? [])
        {
            early.Forget();
        }

        _early = null;
    }
}
