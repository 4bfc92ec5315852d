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
    /// Offers the session without a file that was aborted on this side, unless the peer has already removed it. Several removals at the same
    /// time are combined into one offer; an offer that collides with one of the peer is sent after it.
    /// </summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="reason">The reason, which is sent to the peer so that it can distinguish a user's cancellation from a failure.</param>
    /// <returns>Completes when the peer has answered or the session is over; never faults.</returns>
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

    /// <summary>
    /// Registers a callback for the MSRP path in each description of the peer, whose relays may have granted a new one (RFC 4976 §9.4).
    /// </summary>
    public void FollowPeerPath(int section, Action<MsrpPath> told)
    {
        lock (_gate)
        {
            _peerPaths[section] = told;
        }
    }

    /// <summary>Offers the same transfer over a new path of this side (RFC 4976 §9.4). One call at a time per section.</summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="path">The path: URIs separated by spaces.</param>
    /// <returns>Whether the peer accepted it; never faults.</returns>
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

    // Called with the lock held.
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
        // Leave the caller's lock first.
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
                // The session is over or the peer is unreachable; the end of the dialog reports it.
                isOver = true;
            }

            if (response is { IsSuccess: true })
            {
                TakeAnswer(response);
            }

            lock (_gate)
            {
                // Do not repeat a refused offer: the peer learns of the file's end through MSRP anyway.
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

    // Runs on the agent's loop when this side may send an offer.
    private ReadOnlyMemory<byte> WriteOffer(out int[] offered, out int[] moved)
    {
        lock (_gate)
        {
            // A removed file needs no new path.
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

                // After glare this offer is written again, based on what was said in the meantime.
                _moving[section].Before ??= file.Find(SdpAttributes.PathName);
                file = file.With(SdpAttributes.Path(_moving[section].Path.Split(' ')));
                said = said with { Media = said.Media.SetItem(section, file) };

                // An offer leaves open which side connects (RFC 6135 §4.2.1), but the existing connection stays in use.
                MediaDescription open = file.Find(SdpAttributes.SetupName) is null ? file : file.With(SdpAttributes.Setup(SetupRole.ActPass));
                offer = offer with { Media = offer.Media.SetItem(section, open) };
            }

            offer = OfferRevision.After(_running.Local, offer);
            _running = new RunningDescription(said with { Origin = offer.Origin });
            return offer.ToArray();
        }
    }

    // Called with the lock held. If the peer refused the new path, the previous one stays.
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

    // Sections the peer refused in its answer are removed as well (RFC 3264 §8).
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
                file.Session.Post(new ShareInput.TransferRemoved(ShareOutcome.CancelledByPeer(file.Session.IsOutgoing)));
            }
            else if (file.Section < answer.Media.Length)
            {
                TakePath(file.Section, answer.Media[file.Section]);
            }
        }
    }

    /// <summary>A new path of this side that the peer does not know yet.</summary>
    private sealed class NewPath(string path)
    {
        public string Path => path;

        /// <summary>The path the peer was told before.</summary>
        public SdpAttribute? Before { get; set; }

        public TaskCompletionSource<bool> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
