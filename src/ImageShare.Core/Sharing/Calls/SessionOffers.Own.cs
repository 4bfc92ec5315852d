using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls;

/// <content>This side's own offers inside the session.</content>
internal sealed partial class SessionOffers
{
    /// <summary>
    /// Offers the session without a file that was broken off on this side, unless the peer has taken it out already. Several at the same time go into
    /// one offer; one that meets an offer of the peer waits for its turn.
    /// </summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="reason">Why; the peer is told, to tell a user who cancels from something that failed.</param>
    /// <returns>Done when the peer has answered, or the session is over; never fails.</returns>
    public Task RemoveAsync(int section, ShareEndReason reason = ShareEndReason.UserCancelled)
    {
        lock (_gate)
        {
            if (!_over.Add(section))
            {
                return _offering;
            }

            if (_running.Local.Media[section].Port == 0)
            {
                return Task.CompletedTask;
            }

            _removing.Add(section, reason);
            return Offer();
        }
    }

    /// <summary>Told of the MSRP path in each description of the peer: its relays may have granted it another (RFC 4976 §9.4).</summary>
    public void FollowPeerPath(int section, Action<MsrpPath> told)
    {
        lock (_gate)
        {
            _peerPaths[section] = told;
        }
    }

    /// <summary>Offers the same transfer over another path of this side's own (RFC 4976 §9.4). One for a section at a time.</summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="path">The path, SP between its URIs.</param>
    /// <returns>Whether the peer took it; never fails.</returns>
    public async Task<bool> OfferPathAsync(int section, string path)
    {
        var move = new NewPath(path);
        lock (_gate)
        {
            if (_over.Contains(section) || !_moving.TryAdd(section, move))
            {
                return false;
            }

            _ = Offer();
        }

        return await move.Taken.Task.ConfigureAwait(false);
    }

    // Under the lock.
    private Task Offer()
    {
        if (_offering.IsCompleted)
        {
            _offering = OfferAsync();
        }

        return _offering;
    }

    private async Task OfferAsync()
    {
        // Not under the lock of who asks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        int[] offered = [];
        int[] moved = [];
        bool isMore = true;
        bool isOver = false;
        while (isMore)
        {
            SipResponse? response = null;
            try
            {
                response = await _dialog.OfferAsync(() => WriteOffer(out offered, out moved), MediaType.Sdp, () => ReasonHeader.Write(Untold)).ConfigureAwait(false);
            }
            catch (ImageShareException)
            {
                // The session is over or the peer is gone: its end says so.
                isOver = true;
            }

            if (response is { IsSuccess: true })
            {
                TakeAnswer(response);
            }

            lock (_gate)
            {
                // A peer that refuses has the file's end by MSRP all the same: nothing is gained by asking again.
                Array.ForEach(offered, section => _removing.Remove(section));
                Array.ForEach(moved, section => EndMove(section, response is { IsSuccess: true }));
                isMore = !isOver && _removing.Count + _moving.Count > 0;
                if (!isMore)
                {
                    _removing.Clear();
                    Array.ForEach([.. _moving.Keys], section => EndMove(section, isTaken: false));
                    _offering = Task.CompletedTask;
                }
            }
        }
    }

    // On the agent's loop, when it is our turn.
    private ReadOnlyMemory<byte> WriteOffer(out int[] offered, out int[] moved)
    {
        lock (_gate)
        {
            // What is out moves nowhere.
            Array.ForEach([.. _moving.Keys.Where(_over.Contains)], section => EndMove(section, isTaken: false));
            offered = [.. _removing.Keys];
            moved = [.. _moving.Keys];
            if (offered.Length + moved.Length == 0)
            {
                return default;
            }

            SessionDescription said = _running.Local with { Media = _running.Without(offered).Media };
            SessionDescription offer = said;
            foreach (int section in moved)
            {
                MediaDescription file = said.Media[section];

                // Where two offers met this one is written again, and what was said by then is what this one says.
                _moving[section].Before ??= file.Find(SdpAttributes.PathName);
                file = file.With(SdpAttributes.Path(_moving[section].Path.Split(' ')));
                said = said with { Media = said.Media.SetItem(section, file) };

                // An offer leaves open who connects (RFC 6135 §4.2.1); who has connected stays the one.
                MediaDescription open = file.Find(SdpAttributes.SetupName) is null ? file : file.With(SdpAttributes.Setup(SetupRole.ActPass));
                offer = offer with { Media = offer.Media.SetItem(section, open) };
            }

            offer = OfferRevision.After(_running.Local, offer);
            _running = new RunningDescription(said with { Origin = offer.Origin });
            return offer.ToArray();
        }
    }

    // Under the lock. A peer that refuses the path stays with the one before.
    private void EndMove(int section, bool isTaken)
    {
        if (!_moving.Remove(section, out NewPath? move))
        {
            return;
        }

        SessionDescription local = _running.Local;
        if (!isTaken && move.Before is { } before && local.Media[section].Port != 0)
        {
            _running = new RunningDescription(local with { Media = local.Media.SetItem(section, local.Media[section].With(before)) });
        }

        move.Taken.TrySetResult(isTaken);
    }

    // What the peer refuses of the rest is out as well (RFC 3264 §8).
    private void TakeAnswer(SipResponse response)
    {
        if (!SessionDescription.TryParse(response.Body.Span, SdpLimits.Default, out SessionDescription? answer, out _))
        {
            return;
        }

        foreach (SessionFile file in _files)
        {
            if (file.Section < answer.Media.Length && answer.Media[file.Section].Port == 0 && End(file.Section))
            {
                file.Session.Post(new ShareInput.TransferRemoved(ShareOutcome.CancelledByPeer));
            }
            else if (file.Section < answer.Media.Length)
            {
                TakePath(file.Section, answer.Media[file.Section]);
            }
        }
    }

    /// <summary>A path of this side's own that the peer does not know yet.</summary>
    private sealed class NewPath(string path)
    {
        public string Path => path;

        /// <summary>What the peer was told before.</summary>
        public SdpAttribute? Before { get; set; }

        public TaskCompletionSource<bool> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
