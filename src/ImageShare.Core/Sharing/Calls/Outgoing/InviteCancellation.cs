using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>How an invitation is given up: first it is cancelled, and what becomes of it is waited for; once no share is left, nobody waits any more. For any thread.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer and wait handle holds nothing that needs to be disposed of.")]
internal sealed class InviteCancellation
{
    private readonly CancellationTokenSource _requested = new();
    private readonly CancellationTokenSource _deserted = new();
    private volatile ShareEndReason _reason = ShareEndReason.UserCancelled;

    /// <summary>Cancelled when the invitation is to be taken back.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Cancelled when no share waits for what becomes of it.</summary>
    public CancellationToken Deserted => _deserted.Token;

    /// <summary>What the CANCEL says (RFC 3326): what the last image that was given up had for a reason.</summary>
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
