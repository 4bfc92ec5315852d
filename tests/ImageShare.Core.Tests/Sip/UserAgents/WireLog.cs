using System.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>One message that was sent, and when.</summary>
internal sealed record WireEntry(double At, IPEndPoint From, IPEndPoint To, SipProtocol Protocol, SipMessage Message)
{
    public SipRequest? Request => Message as SipRequest;

    public SipResponse? Response => Message as SipResponse;

    /// <summary>Such as <c>INVITE</c> or <c>200 INVITE</c>.</summary>
    public string Name => Message switch
    {
        SipRequest request => request.Method.Name,
        SipResponse response => $"{response.StatusCode} {response.Headers.CSeq!.Method}",
        _ => throw new InvalidOperationException(),
    };

    public override string ToString() => $"{At:0.0} {From.Port}->{To.Port} {Protocol} {Name}";
}
