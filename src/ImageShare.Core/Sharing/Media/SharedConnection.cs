namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The media of all images in one SIP session. Their MSRP sessions may share a connection, which closes with its last session (RFC 4975
/// §5.4). An image that finishes before the others have connected must not close it. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="patience">How long a finished image waits for the others to connect, at most.</param>
internal sealed class SharedConnection(TimeProvider time, TimeSpan patience)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ShareMedia> _connecting = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds media that will connect. All are added before the first one connects.</summary>
    public void Join(ShareMedia media)
    {
        lock (_gate)
        {
            _connecting.Add(media);
        }
    }

    /// <summary>Marks media as connected or failed.</summary>
    /// <returns>Whether it was still connecting.</returns>
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

    /// <summary>Waits until the other images are connected, before this one releases its connection.</summary>
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
            // An image that is not connected by now may have to open a connection of its own.
        }
    }
}
