using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>
/// The invitations that wait until the application reads them, in their order: so many at most, and so many of one peer that others find room. Written by one
/// caller at a time, read by any number.
/// </summary>
internal sealed class UnreadInvitations(ImageShareLimits limits)
{
    private readonly Channel<OfferedImage> _queue = Channel.CreateBounded<OfferedImage>(new BoundedChannelOptions(limits.MaxPendingInvitations));
    private readonly ConcurrentDictionary<OfferedImage, string> _peers = new();

    /// <summary>Adds one; false when there is no room for it.</summary>
    /// <param name="invitation">The invitation.</param>
    /// <param name="peer">Whose it is.</param>
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

    /// <summary>No more come: readers come to their end.</summary>
    public void Close() => _queue.Writer.TryComplete();

    public async IAsyncEnumerable<OfferedImage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (OfferedImage invitation in _queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            _peers.TryRemove(invitation, out _);
            yield return invitation;
        }
    }

    // Invitations that are over before anybody read them must not keep new ones out: a caller could fill the queue with them.
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

        // Only one caller writes: there is room for all that were read.
        return waiting.Append(invitation).All(_queue.Writer.TryWrite);
    }
}
