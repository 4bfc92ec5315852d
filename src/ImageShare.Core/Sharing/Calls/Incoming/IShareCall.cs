using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>The request an incoming share answers: the INVITE that created the session, or one inside it that offers another transfer.</summary>
internal interface IShareCall
{
    SipRequest Request { get; }

    SipSource Source { get; }

    /// <summary>Cancelled when the request ends without our answer.</summary>
    CancellationToken Cancelled { get; }

    /// <summary>The last description of this side in the session, or null.</summary>
    SessionDescription? Before { get; }

    /// <summary>Completes when the previous share of the session has released it.</summary>
    Task Cleared { get; }

    /// <summary>The caller's CANCEL, or null.</summary>
    SipRequest? Cancel { get; }

    /// <summary>The dialog, once there is one.</summary>
    InviteDialog? Dialog { get; }

    void Ring();

    /// <summary>Refuses the request if it has not been answered; no session remains established.</summary>
    void Reject(int status);

    /// <summary>Accepts. <see cref="Dialog"/> is set when this returns; the task completes when the caller has acknowledged.</summary>
    Task<InviteDialog> AcceptAsync(ReadOnlyMemory<byte> answer, ParameterList contactParameters);
}

/// <summary>The INVITE that creates a session.</summary>
internal sealed class FirstInvite(IncomingInvite invite) : IShareCall
{
    public SipRequest Request => invite.Request;

    public SipSource Source => invite.Source;

    public CancellationToken Cancelled => invite.Cancelled;

    public SessionDescription? Before => null;

    public Task Cleared => Task.CompletedTask;

    public SipRequest? Cancel => invite.Cancel;

    public InviteDialog? Dialog => invite.Dialog;

    public void Ring() => invite.Ring();

    public void Reject(int status) => invite.Reject(status, status == SipOutcome.NotStorable ? SipOutcome.NotStorablePhrase : null);

    public Task<InviteDialog> AcceptAsync(ReadOnlyMemory<byte> answer, ParameterList contactParameters)
    {
        invite.HandlesOffers = true;
        return invite.AcceptFromAsync(answer, MediaType.Sdp, contactParameters, inPlace: true, CancellationToken.None);
    }
}

/// <summary>An INVITE inside a session that offers another transfer instead of the current one (RFC 5547 §8.1).</summary>
internal sealed class NextInvite(IncomingRequest request, SessionDescription offer, SessionDescription before, InviteDialog dialog, Task cleared) : IShareCall
{
    public SipRequest Request => request.Request;

    public SipSource Source => request.Source;

    public CancellationToken Cancelled => request.Cancelled;

    public SessionDescription? Before => before;

    public Task Cleared => cleared;

    public SipRequest? Cancel => null;

    public InviteDialog? Dialog => dialog;

    public void Ring() => request.Respond(180);

    /// <summary>
    /// Refuses the file with port 0 (RFC 5547 §8.3): with any other status the aborted transfer would stay part of the session. The session
    /// then carries nothing and ends.
    /// </summary>
    public void Reject(int status)
    {
        Answer(OfferRevision.Next(before, before with { Media = [.. offer.Media.Select(Sdp.OfferAnswer.Refuse)] }).ToArray(), default);
        _ = dialog.ByeAsync();
    }

    public Task<InviteDialog> AcceptAsync(ReadOnlyMemory<byte> answer, ParameterList contactParameters)
    {
        Answer(answer, contactParameters);
        return Task.FromResult(dialog);
    }

    private void Answer(ReadOnlyMemory<byte> answer, ParameterList contactParameters)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Contact", new NameAddress(null, request.GetContactUri(response), contactParameters));
        response.Headers.Add("Content-Type", "application/sdp");
        response.Body = answer;
        request.Respond(response);
    }
}
