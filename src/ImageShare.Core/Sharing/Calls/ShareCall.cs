using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// A SIP session and its images, usually one. Each image is a share of its own; this class holds what they have in common. The session ends
/// with its last image. An image that ends earlier leaves the session; if it was aborted, an offer removes its media section (RFC 5547 §8.4).
/// Thread-safe.
/// </summary>
internal abstract class ShareCall(ShareContext context)
{
    // The same time as for a BYE: an unreachable peer is not waited for long.
    private static readonly TimeSpan RemovalWait = TimeSpan.FromSeconds(4);

    private readonly List<ShareSession> _sessions = [];
    private readonly HashSet<ShareSession> _inside = [];

    /// <summary>The media of all images, which may share an MSRP connection.</summary>
    public SharedConnection Connection { get; } = new(context.TimeProvider, context.Limits.GraceTimeout);

    protected ShareContext Context { get; } = context;

    /// <summary>Guards the state of this object. Never held while waiting.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>The dialog, once it is established.</summary>
    protected InviteDialog? Dialog { get; set; }

    /// <summary>The offers inside the session.</summary>
    protected SessionOffers? Offers { get; set; }

    /// <summary>Adds an image, before the call starts.</summary>
    protected void Join(ShareRole share)
    {
        _sessions.Add(share.Session);
        _inside.Add(share.Session);
        Connection.Join(share.Media);
    }

    /// <summary>Ends one image: with BYE if it is the last one of the session. The share is told when that is done.</summary>
    public async Task LeaveAsync(ShareSession session, ShareMedia media, ShareEffect.Bye bye)
    {
        bool isLast = Leave(session, out _);
        if (isLast && Dialog is { } dialog)
        {
            // The offers that would have told the peer why other images left were never answered: the BYE has to say it.
            ShareEndReason reason = bye.Reason is ShareEndReason.None && Offers is { } unanswered ? unanswered.Session.UntoldReason : bye.Reason;
            await DialogOutcome.EndAsync(dialog, Context, reason).ConfigureAwait(false);
        }
        else if (!isLast && !bye.IsSettled && Offers is { } offers)
        {
            await RemoveAsync(offers, media, bye.Reason).ConfigureAwait(false);
        }

        session.Post(new ShareInput.Ended(), inPlace: true);
    }

    /// <summary>The image is complete and waits for the sender's BYE, unless other images are still being transferred.</summary>
    public void Release(ShareSession session)
    {
        lock (Gate)
        {
            if (_inside.Count < 2 || !_inside.Remove(session))
            {
                return;
            }
        }

        session.Post(new ShareInput.Ended());
    }

    /// <summary>The share has ended for whatever reason: makes sure that the session does not outlive its last image.</summary>
    public void Drop(ShareSession session, ShareMedia media)
    {
        bool isLast = Leave(session, out bool wasInside);
        if (!isLast && wasInside && Offers is { } offers)
        {
            _ = session.Begin(() => RemoveAsync(offers, media, ShareEndReason.Failed));
        }
        else if (isLast && Dialog is { Ended.IsCompleted: false } dialog)
        {
            // Does nothing if a BYE was already sent.
            _ = dialog.ByeAsync();
        }
    }

    /// <summary>Called when an image has left, without the lock.</summary>
    protected abstract void OnLeft(ShareSession session, bool isLast);

    /// <summary>Whether the image is still in the session. Call with <see cref="Gate"/> held.</summary>
    protected bool IsInside(ShareSession session) => _inside.Contains(session);

    /// <summary>Removes an image. Call with <see cref="Gate"/> held.</summary>
    protected void TakeOut(ShareSession session) => _inside.Remove(session);

    /// <summary>Whether the predicate holds for all images in the session. Call with <see cref="Gate"/> held.</summary>
    protected bool AreAllInside(Func<ShareSession, bool> predicate) => _inside.All(predicate);

    /// <summary>All shares, including ended ones.</summary>
    public ShareSession[] Sessions => [.. _sessions];

    /// <summary>Whether a share may run inside a call that posts to all of them: a handler of its application would hold up the next ones.</summary>
    protected bool IsSingle => _sessions.Count == 1;

    /// <summary>Posts an input to every share; ended ones ignore it.</summary>
    /// <param name="input">The input.</param>
    /// <param name="inPlace">Whether a single share may run inside this call; see <see cref="ShareSession.Post"/>.</param>
    protected void PostAll(ShareInput input, bool inPlace = false)
    {
        foreach (ShareSession session in _sessions)
        {
            session.Post(input, inPlace && IsSingle);
        }
    }

    /// <summary>Starts work for all shares. An exception ends every share.</summary>
    /// <param name="work">The work.</param>
    /// <param name="mayBlock">See <see cref="ShareSession.Begin"/>.</param>
    protected async Task Begin(Func<Task> work, bool mayBlock = true)
    {
        if (mayBlock)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Any exception: the work calls custom networks and codecs.
            PostAll(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
        }
    }

    private bool Leave(ShareSession session, out bool wasInside)
    {
        bool isLast;
        lock (Gate)
        {
            wasInside = _inside.Remove(session);
            isLast = _inside.Count == 0;
        }

        OnLeft(session, isLast);
        return isLast;
    }

    private async Task RemoveAsync(SessionOffers offers, ShareMedia media, ShareEndReason reason)
    {
        try
        {
            await offers.RemoveAsync(media.Section, reason).WaitAsync(RemovalWait, Context.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The offer is still waiting for the peer; the image has ended anyway.
        }
    }
}
