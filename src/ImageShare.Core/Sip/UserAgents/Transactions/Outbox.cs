using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>Whoever sends by an <see cref="Outbox"/>. On the loop only.</summary>
internal interface IOutboxUser
{
    /// <summary>A message was sent, on that connection if the transport names it.</summary>
    void OnSent(object? connection);

    /// <summary>A message could not be sent.</summary>
    void OnSendFailed(ImageShareException error);
}

/// <summary>
/// Sends the messages of one transaction one after the other, so that a slow connection cannot reorder them. Reports the connection of each, where the
/// transport names it. On the loop only.
/// </summary>
internal sealed class Outbox(AgentContext agent, IOutboxUser user) : ILoopOperation<object?>
{
    // Retransmissions pile up when a connection stalls: the bound.
    private const int MaxWaiting = 8;

    // Seldom any.
    private Queue<(SipMessage Message, SipDestination Destination)>? _waiting;
    private (SipMessage Message, SipDestination Destination) _current;
    private bool _sending;
    private bool _held;

    /// <summary>Whether a message is being sent.</summary>
    public bool IsSending => _sending;

    public void Send(SipMessage message, SipDestination destination)
    {
        if (_waiting?.Count >= MaxWaiting)
        {
            return;
        }

        message.UseCompactForm |= agent.Options.UseCompactForm;
        agent.Loop.Unsent.Count(1);
        if (_sending || _held || _waiting?.Count > 0)
        {
            (_waiting ??= []).Enqueue((message, destination));
            SendNext();
        }
        else
        {
            _current = (message, destination);
            Begin();
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
        agent.Loop.Unsent.Count(-(_waiting?.Count ?? 0));
        _waiting?.Clear();
    }

    private void SendNext()
    {
        if (!_sending && !_held && _waiting?.TryDequeue(out _current) == true)
        {
            Begin();
        }
    }

    private void Begin()
    {
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
            user.OnSent(connection);
        }
        else
        {
            user.OnSendFailed(error);
        }

        SendNext();
    }
}
