using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// Sends the messages of one transaction one after the other, so that a slow connection cannot reorder them. Reports the connection of each, where the
/// transport names it. On the loop only.
/// </summary>
internal sealed class Outbox(AgentContext agent, Action<object?> sent, Action<ImageShareException> failed) : ILoopOperation<object?>
{
    // Retransmissions pile up when a connection stalls: the bound.
    private const int MaxWaiting = 8;

    private readonly Queue<(SipMessage Message, SipDestination Destination)> _waiting = [];
    private (SipMessage Message, SipDestination Destination) _current;
    private bool _sending;
    private bool _held;

    /// <summary>Whether a message is being sent.</summary>
    public bool IsSending => _sending;

    public void Send(SipMessage message, SipDestination destination)
    {
        if (_waiting.Count < MaxWaiting)
        {
            message.CompactNames |= agent.Options.CompactNames;
            _waiting.Enqueue((message, destination));
            agent.Loop.Unsent.Count(1);
            SendNext();
        }
    }

    /// <summary>Sends nothing more until <see cref="Release"/>: another message must be sent before.</summary>
    public void Hold() => _held = true;

    public void Release()
    {
        _held = false;
        SendNext();
    }

    /// <summary>Drops the messages that wait.</summary>
    public void Clear()
    {
        agent.Loop.Unsent.Count(-_waiting.Count);
        _waiting.Clear();
    }

    private void SendNext()
    {
        if (_sending || _held || !_waiting.TryDequeue(out _current))
        {
            return;
        }

        _sending = true;
        agent.Loop.Run(this);
    }

    ValueTask<object?> ILoopOperation<object?>.BeginAsync(CancellationToken cancellationToken) =>
        agent.Transport.SendTrackedAsync(_current.Message, _current.Destination, cancellationToken);

    void ILoopOperation<object?>.Complete(object? result) => OnDone(result, null);

    void ILoopOperation<object?>.Fail(ImageShareException error) => OnDone(null, error);

    private void OnDone(object? connection, ImageShareException? error)
    {
        _sending = false;
        _current = default;
        agent.Loop.Unsent.Count(-1);
        if (error is null)
        {
            sent(connection);
        }
        else
        {
            failed(error);
        }

        SendNext();
    }
}
