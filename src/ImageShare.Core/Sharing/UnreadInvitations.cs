using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ImageShare.Core.Sharing;

/// <summary>
/// The invitations that wait until the application reads them, in their order: so many at most, and so many of one peer that others find room. Written by one
/// caller at a time, read by any number.
/// </summary>
internal sealed class UnreadInvitations(ImageShareLimits limits)
{
    private readonly Channel<ImageShareInvitation> _queue = Channel.CreateBounded<ImageShareInvitation>(new BoundedChannelOptions(limits.MaxPendingInvitations));
    private readonly ConcurrentDictionary<ImageShareInvitation, string> _peers = new();

    /// <summary>Adds one; false when there is no room for it.</summary>
    /// <param name="invitation">The invitation.</param>
    /// <param name="peer">Whose it is; see <see cref="PeerName"/>.</param>
    public bool TryAdd(ImageShareInvitation invitation, string peer)
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

    public async IAsyncEnumerable<ImageShareInvitation> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ImageShareInvitation invitation in _queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            _peers.TryRemove(invitation, out _);
            yield return invitation;
        }
    }

    // Invitations that are over before anybody read them must not keep new ones out: a caller could fill the queue with them.
    private bool TryAddInPlaceOfOthers(ImageShareInvitation invitation)
    {
        List<ImageShareInvitation> waiting = [];
        while (_queue.Reader.TryRead(out ImageShareInvitation? next))
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
