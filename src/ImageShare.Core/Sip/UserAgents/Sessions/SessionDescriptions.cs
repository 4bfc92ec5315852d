using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>
/// The last offer and answer of a session, to recognise and to answer what repeats them: a request that only refreshes the session (RFC 4028 §7.4). On
/// the loop only.
/// </summary>
internal sealed class SessionDescriptions
{
    private ReadOnlyMemory<byte> _local;
    private ReadOnlyMemory<byte> _remote;
    private MediaType? _localType;

    /// <summary>Both sides agreed on these descriptions, whatever the bodies of offer and answer were.</summary>
    public void Set(ReadOnlyMemory<byte> local, ReadOnlyMemory<byte> remote)
    {
        (_local, _remote) = (local, remote);
        _localType = MediaType.Sdp;
    }

    /// <summary>Both sides agreed on the bodies of these messages.</summary>
    public void Set(SipMessage local, SipMessage remote)
    {
        (_local, _remote) = (local.Body, remote.Body);
        _localType = local.Headers.ContentType;
    }

    /// <summary>
    /// Whether a request of the peer changes nothing, so that the application need not be asked: an UPDATE without a body, or the offer of before.
    /// </summary>
    public bool IsRefresh(SipRequest request) =>
        (request.Method == SipMethod.Update && request.Body.IsEmpty)
        || ((request.Method == SipMethod.Update || request.Method == SipMethod.Invite)
            && !request.Body.IsEmpty
            && request.Body.Span.SequenceEqual(_remote.Span)
            && _localType?.IsSdp == true);

    /// <summary>Answers a refresh with the answer of before.</summary>
    public void AnswerRefresh(IncomingRequest request)
    {
        SipResponse response = request.CreateResponse(200);
        if (!request.Request.Body.IsEmpty)
        {
            response.Headers.Add(SipHeaderNames.ContentType, _localType!.ToString());
            response.Body = _local;
        }

        request.Respond(response);
    }
}
