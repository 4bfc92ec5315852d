namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The media of the images of one session. Their MSRP sessions may share a connection, which closes with its last one (RFC 4975 §5.4): an image that
/// is through before the others have found it would take it away from them. For any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="patience">How long one that is through waits for the others, at most.</param>
internal sealed class SharedConnection(TimeProvider time, TimeSpan patience)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ShareMedia> _connecting = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One more that is to be connected. All join before the first one is.</summary>
    public void Join(ShareMedia media)
    {
        lock (_gate)
        {
            _connecting.Add(media);
        }
    }

    /// <summary>It is connected, or will not be.</summary>
    /// <returns>Whether it was still to be connected.</returns>
    public bool Settle(ShareMedia media)
    {
        lock (_gate)
        {
            if (!_connecting.Remove(media))
            {
                return false;
            }

            if (_connecting.Count > 0)
            {
                return true;
            }
        }

        _settled.TrySetResult();
        return true;
    }

    /// <summary>It is about to let go of its connection, if it has one: waits until the others have theirs.</summary>
    public async Task LeaveAsync(ShareMedia media)
    {
        if (Settle(media))
        {
            return;
        }

        try
        {
            await _settled.Task.WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever is not connected by now may have to open a connection of its own.
        }
    }
}
