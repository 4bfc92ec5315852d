using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>
/// The queue of invitations the application has not read yet, limited in total and per peer. One writer at a time, any number of readers.
/// </summary>
internal sealed class UnreadInvitations(ImageShareLimits limits)
{
    private readonly Channel<OfferedImage> _queue = Channel.CreateBounded<OfferedImage>(new BoundedChannelOptions(limits.MaxPendingInvitations));
    private readonly ConcurrentDictionary<OfferedImage, string> _peers = new();

    /// <summary>Adds an invitation; false if the queue is full.</summary>
    /// <param name="invitation">The invitation.</param>
    /// <param name="peer">The peer it came from.</param>
    public bool TryAdd(OfferedImage invitation, string peer)
    {
        if (_peers.Count(waiting => waiting.Value == peer && !waiting.Key.IsOver) >= limits.MaxPendingInvitationsPerPeer)
        {
            return false;
        }

        _peers[invitation] = peer;
        if (_queue.Writer.TryWrite(invitation) || TryAddInPlaceOfOthers(invitation))
        {
            return true;
        }

        _peers.TryRemove(invitation, out _);
        return false;
    }

    /// <summary>Completes the queue for its readers.</summary>
    public void Close() => _queue.Writer.TryComplete();

    public async IAsyncEnumerable<OfferedImage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (OfferedImage invitation in _queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            _peers.TryRemove(invitation, out _);
            yield return invitation;
        }
    }

    // Ended invitations must not keep new ones out: a caller could fill the queue with them.
    private bool TryAddInPlaceOfOthers(OfferedImage invitation)
    {
        List<OfferedImage> waiting = [];
        while (_queue.Reader.TryRead(out OfferedImage? next))
        {
            if (next.IsOver)
            {
                _peers.TryRemove(next, out _);
            }
            else
            {
                waiting.Add(next);
            }
        }

        // There is a single writer, so everything that was read fits again.
        return waiting.Append(invitation).All(_queue.Writer.TryWrite);
    }
}
