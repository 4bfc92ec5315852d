using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// The CANCEL of an INVITE of ours (RFC 3261 §9.1), and how long a closing agent waits for it: first for a provisional response that allows it, then for one
/// retransmission. On the loop only.
/// </summary>
/// <param name="agent">The agent.</param>
/// <param name="sender">Sends it.</param>
internal sealed class PendingCancel(AgentContext agent, InviteSender sender)
{
    // How long a closing agent waits for a provisional response, counted from the INVITE.
    private static readonly TimeSpan FirstResponseTime = TimeSpan.FromSeconds(1);

    private readonly ClosingDelay _closingDelay = new(agent.Loop);
    private readonly long _began = agent.Options.TimeProvider.GetTimestamp();
    private string? _reason;

    /// <summary>The application gives the INVITE up.</summary>
    /// <param name="reason">The value of a Reason header, or null; the first one counts.</param>
    public void SetReason(string? reason) => _reason ??= reason;

    /// <summary>A CANCEL is to be sent as soon as it may be.</summary>
    public void Await() => _closingDelay.Extend(FirstResponseTime - agent.Options.TimeProvider.GetElapsedTime(_began));

    public void Send()
    {
        sender.Cancel(_reason);
        _closingDelay.Extend(agent.Options.Timers.T1 * 1.2);
    }

    /// <summary>The INVITE has its outcome.</summary>
    public void End() => _closingDelay.End();
}
