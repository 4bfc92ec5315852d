using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>
/// Cancels an invitation in two stages: first it is cancelled and its outcome awaited; once all shares have ended, no one waits any more.
/// Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A CancellationTokenSource without timer and wait handle needs no disposal.")]
internal sealed class InviteCancellation
{
    private readonly CancellationTokenSource _requested = new();
    private readonly CancellationTokenSource _deserted = new();
    private volatile ShareEndReason _reason = ShareEndReason.UserCancelled;

    /// <summary>Cancelled when the invitation should be cancelled.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Cancelled when no share waits for the outcome any more.</summary>
    public CancellationToken Deserted => _deserted.Token;

    /// <summary>The reason in the CANCEL (RFC 3326): that of the last cancelled image.</summary>
    public ShareEndReason Reason
    {
        get => _reason;
        set => _reason = value;
    }

    public Task RequestAsync() => _requested.CancelAsync();

    public void Desert()
    {
        _ = _requested.CancelAsync();
        _ = _deserted.CancelAsync();
    }
}
