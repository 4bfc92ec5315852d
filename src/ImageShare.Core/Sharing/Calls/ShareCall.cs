using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// One SIP session and the images in it, most often one. Each image is a share of its own; what they have in common is here. The session ends with
/// the last image that is in it; one that is done with earlier only leaves it, with its section taken out by an offer when it is broken off in the
/// middle (RFC 5547 §8.4). For any thread.
/// </summary>
internal abstract class ShareCall(ShareContext context)
{
    // As long as a BYE is waited for: a peer that is gone is not waited for long.
    private static readonly TimeSpan RemovalWait = TimeSpan.FromSeconds(4);

    private readonly List<ShareSession> _sessions = [];
    private readonly HashSet<ShareSession> _inside = [];

    /// <summary>The MSRP side of what they have in common.</summary>
    public SharedConnection Connection { get; } = new(context.TimeProvider, context.Limits.GraceTimeout);

    protected ShareContext Context { get; } = context;

    /// <summary>Held while the parts of this object change; never while anything is waited for.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>The session, as soon as it stands.</summary>
    protected InviteDialog? Dialog { get; set; }

    /// <summary>The offers inside it.</summary>
    protected SessionOffers? Offers { get; set; }

    /// <summary>Adds an image, before anything begins.</summary>
    protected void Join(ShareRole share)
    {
        _sessions.Add(share.Session);
        _inside.Add(share.Session);
        Connection.Join(share.Media);
    }

    /// <summary>The BYE of one image: the session's when it is the last one. Tells the share when it is out.</summary>
    public async Task LeaveAsync(ShareSession session, ShareMedia media, ShareEffect.Bye bye)
    {
        bool isLast = Leave(session, out _);
        if (isLast && Dialog is { } dialog)
        {
            // The offers that would have said why others left have not been answered, and never will be.
            ShareEndReason reason = bye.Reason is ShareEndReason.None && Offers is { } unanswered ? unanswered.Untold : bye.Reason;
            await DialogOutcome.EndAsync(dialog, Context, reason).ConfigureAwait(false);
        }
        else if (!isLast && !bye.IsSettled && Offers is { } offers)
        {
            await RemoveAsync(offers, media, bye.Reason).ConfigureAwait(false);
        }

        session.Post(new ShareInput.Ended());
    }

    /// <summary>The image is through and waits for the BYE of its sender: not where others are still under way.</summary>
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

    /// <summary>The share is over, however it came to that: no session is left standing with its last image.</summary>
    public void Drop(ShareSession session, ShareMedia media)
    {
        bool isLast = Leave(session, out bool wasInside);
        if (!isLast && wasInside && Offers is { } offers)
        {
            _ = session.Begin(() => RemoveAsync(offers, media, ShareEndReason.Failed));
        }
        else if (isLast && Dialog is { Ended.IsCompleted: false } dialog)
        {
            // Where BYE is on its way already this does nothing.
            _ = dialog.ByeAsync();
        }
    }

    /// <summary>An image has left, under no lock.</summary>
    protected abstract void OnLeft(ShareSession session, bool isLast);

    /// <summary>Whether the image is still in the session. Asked with <see cref="Gate"/> held.</summary>
    protected bool IsInside(ShareSession session) => _inside.Contains(session);

    /// <summary>Takes an image out. Called with <see cref="Gate"/> held.</summary>
    protected void TakeOut(ShareSession session) => _inside.Remove(session);

    /// <summary>Whether only those images are in the session, of which this is said. Asked with <see cref="Gate"/> held.</summary>
    protected bool AreAllInside(Func<ShareSession, bool> predicate) => _inside.All(predicate);

    /// <summary>All shares, those that are over too.</summary>
    protected ShareSession[] Sessions => [.. _sessions];

    /// <summary>Tells every share; those that are over do not hear it.</summary>
    protected void PostAll(ShareInput input)
    {
        foreach (ShareSession session in _sessions)
        {
            session.Post(input);
        }
    }

    /// <summary>Begins work for all: what it throws ends every share.</summary>
    protected async Task Begin(Func<Task> work)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The pump of the call's work, which calls custom networks and codecs.
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
            // The offer waits for the peer's, or for its answer; the image is over all the same.
        }
    }
}
