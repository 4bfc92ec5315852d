using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// The phones an INVITE of ours has reached, by the To tags of their responses: the early dialogs (RFC 3261 §13.2.2.1), and the ACKs of those that
/// accepted (§13.2.2.4). On the loop only.
/// </summary>
/// <param name="core">The agent.</param>
/// <param name="answer">Answers an offer of the callee; null when the INVITE brought one.</param>
internal sealed class InviteForks(AgentCore core, Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? answer)
{
    // As many as answers are taken; a proxy that forks to more phones than this is not calling anybody any more.
    private const int MostEarlyDialogs = 32;

    private readonly List<(string Tag, AckSender Ack)> _answers = new(1);
    private Dictionary<string, EarlyDialog>? _early;

    /// <summary>What it takes, about.</summary>
    public int Octets => _answers.Sum(static answer => answer.Ack.Octets) + (1024 * (_early?.Count ?? 0));

    /// <summary>A provisional response; whether the application is to hear of it.</summary>
    public bool TakeEarly(SipRequest invite, SipResponse response)
    {
        if (response.Headers.To?.Tag is not { } tag)
        {
            return true;
        }

        if (_early?.GetValueOrDefault(tag) is not { } early)
        {
            if (_early?.Count >= MostEarlyDialogs)
            {
                return true;
            }

            early = new EarlyDialog(core, invite, response, answer);
            (_early ??= []).Add(tag, early);
        }

        return early.Take(response);
    }

    /// <summary>The early dialog of that phone; null when it had none.</summary>
    public EarlyDialog? EarlyOf(string tag) => _early?.GetValueOrDefault(tag);

    /// <summary>A phone has accepted: makes its dialog and acknowledges. The route set is that of the 2xx, the count goes on (RFC 3261 §13.2.2.4).</summary>
    public (Dialog Dialog, AckSender Ack) Acknowledge(SipRequest invite, SipResponse response, string tag)
    {
        EarlyDialog? early = EarlyOf(tag);
        Dialog dialog = Dialog.OfCaller(invite, response);
        dialog = early is null ? dialog : dialog.CountingFrom(early.LocalCSeq);
        RoutedRequest request = dialog.CreateAck(invite);
        if (early is not { HasAnswered: true })
        {
            // Where the INVITE brought no offer the 2xx does, and the ACK answers it, unless a PRACK has done so (RFC 3261 §13.2.1).
            OfferAnswer.AddTo(request.Request, response, answer);
        }

        var ack = new AckSender(core, request);
        _answers.Add((tag, ack));
        return (dialog, ack);
    }

    /// <summary>A phone has repeated its 2xx.</summary>
    public void AcknowledgeAgain(string tag) => _answers.Find(known => known.Tag == tag).Ack.Repeat();

    /// <summary>A phone that is not wanted any more hears BYE behind its ACK.</summary>
    public void End(Dialog dialog, AckSender ack) => ack.AfterFirst(() =>
    {
        var ending = new EndingDialog(core, dialog.Id);
        RoutedRequest bye = dialog.CreateRequest(SipMethod.Bye, out _);
        RequestFiller.AddUserAgent(bye.Request, core.Options);
        new OutgoingRequest(core, bye, null, null, _ => ending.Forget(), _ => ending.Forget()).Start();
    });

    /// <summary>The early dialog of that phone has become the session.</summary>
    public void Settle(string tag)
    {
        if (_early?.Remove(tag, out EarlyDialog? settled) == true)
        {
            settled.Forget();
        }
    }

    /// <summary>No early dialog is one any more.</summary>
    public void ForgetEarly()
    {
        foreach (EarlyDialog early in _early?.Values.ToArray() ?? [])
        {
            early.Forget();
        }

        _early = null;
    }
}
