using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// The offers this side makes inside a session: they remove files that were aborted here (RFC 5547 §8.4) and announce new paths (RFC 4976
/// §9.4). One offer at a time; what comes up in the meantime is combined into the next one. Thread-safe.
/// </summary>
internal sealed class SessionOffers(InviteDialog dialog, AgreedSession session)
{
    // Both guarded by the gate of the session.
    private readonly Dictionary<int, NewPath> _moving = [];
    private Task _offering = Task.CompletedTask;

    /// <summary>The session.</summary>
    public AgreedSession Session => session;

    /// <summary>
    /// Offers the session without a file that was aborted on this side, unless the peer has already removed it. Several removals at the same
    /// time are combined into one offer; an offer that collides with one of the peer is sent after it.
    /// </summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="reason">The reason, which is sent to the peer so that it can distinguish a user's cancellation from a failure.</param>
    /// <returns>Completes when the peer has answered or the session is over; never faults.</returns>
    public Task RemoveAsync(int section, ShareEndReason reason = ShareEndReason.UserCancelled)
    {
        lock (session.Gate)
        {
            return session.IsOver(section) ? _offering
                : session.EndHere(section, reason) ? Offer()
                : Task.CompletedTask;
        }
    }

    /// <summary>Offers the same transfer over a new path of this side (RFC 4976 §9.4). One call at a time per section.</summary>
    /// <param name="section">The index of its section.</param>
    /// <param name="path">The path: URIs separated by spaces.</param>
    /// <returns>Whether the peer accepted it; never faults.</returns>
    public async Task<bool> OfferPathAsync(int section, string path)
    {
        var move = new NewPath(path);
        lock (session.Gate)
        {
            if (session.IsOver(section) || !_moving.TryAdd(section, move))
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
            _offering = OfferAllAsync();
        }

        return _offering;
    }

    private async Task OfferAllAsync()
    {
        // Leave the caller's lock first.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (await OfferOnceAsync().ConfigureAwait(false))
        {
            // More came up while the peer was answering.
        }
    }

    // Returns whether there is another offer to make.
    private async Task<bool> OfferOnceAsync()
    {
        int[] removed = [];
        int[] moved = [];
        bool isOver = false;
        SipResponse? response = null;
        try
        {
            response = await dialog.OfferAsync(() => Write(out removed, out moved), MediaType.Sdp, () => ReasonHeader.Write(session.UntoldReason)).ConfigureAwait(false);
        }
        catch (ImageShareException)
        {
            // The session is over or the peer is unreachable; the end of the dialog reports it.
            isOver = true;
        }

        bool isAccepted = response is { IsSuccess: true };
        if (isAccepted)
        {
            TakeAnswer(response!);
        }

        lock (session.Gate)
        {
            // Do not repeat a refused offer: the peer learns of the file's end through MSRP anyway.
            session.SetTold(removed);
            Array.ForEach(moved, section => EndMove(section, isAccepted));
            if (!isOver && session.Untold.Length + _moving.Count > 0)
            {
                return true;
            }

            session.SetTold(session.Untold);
            Array.ForEach([.. _moving.Keys], section => EndMove(section, isTaken: false));
            _offering = Task.CompletedTask;
            return false;
        }
    }

    // Runs on the agent's loop when this side may send an offer.
    private ReadOnlyMemory<byte> Write(out int[] removed, out int[] moved)
    {
        lock (session.Gate)
        {
            // A removed file needs no new path.
            Array.ForEach([.. _moving.Keys.Where(session.IsOver)], section => EndMove(section, isTaken: false));
            removed = session.Untold;
            moved = [.. _moving.Keys];
            if (removed.Length + moved.Length == 0)
            {
                return default;
            }

            RunningDescription running = session.Running;
            SessionDescription said = running.Local with { Media = running.Without(removed).Media };
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

            offer = OfferRevision.Next(running.Local, offer);
            session.Running = new RunningDescription(said with { Origin = offer.Origin });
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

        SessionDescription local = session.Running.Local;
        if (!isTaken && move.Before is { } before && local.Media[section].Port != 0)
        {
            session.Running = new RunningDescription(local with { Media = local.Media.SetItem(section, local.Media[section].With(before)) });
        }

        move.Taken.TrySetResult(isTaken);
    }

    // Sections the peer refused in its answer are removed as well (RFC 3264 §8).
    private void TakeAnswer(SipResponse response)
    {
        if (!SessionDescription.TryParse(response.Body, out SessionDescription? answer, out _))
        {
            return;
        }

        foreach (SessionFile file in session.Files)
        {
            if (file.Section < answer.Media.Length && answer.Media[file.Section].Port == 0 && session.EndByPeer(file.Section))
            {
                file.Session.Post(new ShareInput.TransferRemoved(ShareOutcome.CancelledByPeer(file.Session.IsOutgoing)));
            }
            else if (file.Section < answer.Media.Length)
            {
                session.OnPeerPath(file.Section, answer.Media[file.Section]);
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
