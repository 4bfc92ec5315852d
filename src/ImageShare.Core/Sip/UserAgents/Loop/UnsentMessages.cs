namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// Counts the messages that are being sent or wait to be sent, so that a closing agent can wait for them. On the loop only, except <see cref="AllSent"/>.
/// </summary>
internal sealed class UnsentMessages
{
    private readonly TaskCompletionSource _allSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;
    private int _count;

    /// <summary>Completes when the agent closes and there are none. For any thread.</summary>
    public Task AllSent => _allSent.Task;

    /// <summary>Adds messages to send, or, if negative, removes those that were sent or dropped.</summary>
    public void Count(int change)
    {
        _count += change;
        if (_isClosing && _count == 0)
        {
            _allSent.TrySetResult();
        }
    }

    /// <summary>The agent closes.</summary>
    public void Close()
    {
        _isClosing = true;
        Count(0);
    }
}
