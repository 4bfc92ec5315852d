using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The inputs that wait for the loop of a share, and whether that loop runs: it does only while there are some. Thread-safe.</summary>
internal sealed class ShareInputs
{
    private readonly Queue<ShareInput> _waiting = new(4);
    private bool _isTaken;
    private bool _isClosed;

    /// <summary>Adds an input; dropped when closed.</summary>
    /// <returns>Whether the caller has to run the loop.</returns>
    public bool Add(ShareInput input)
    {
        lock (_waiting)
        {
            if (_isClosed)
            {
                return false;
            }

            _waiting.Enqueue(input);
            bool begins = !_isTaken;
            _isTaken = true;
            return begins;
        }
    }

    /// <summary>Takes the next input. For the loop.</summary>
    /// <returns>False when there is none: the loop has to stop.</returns>
    public bool TryTake([NotNullWhen(true)] out ShareInput? input)
    {
        lock (_waiting)
        {
            return _isTaken = _waiting.TryDequeue(out input);
        }
    }

    /// <summary>Drops what waits and all that comes.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _isClosed = true;
            _waiting.Clear();
        }
    }
}
