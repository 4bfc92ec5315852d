using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>What a connection may be reused for: the peer's address and port, the protocol and, for TLS, the name that the peer's certificate proved.</summary>
/// <param name="Remote">The other end.</param>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Identity">For TLS, the host in lower case; null for TCP.</param>
internal readonly record struct SipConnectionKey(IPEndPoint Remote, SipProtocol Protocol, string? Identity)
{
    public static SipConnectionKey For(SipDestination destination) => new(
        destination.EndPoint,
        destination.Protocol,
        destination.Protocol == SipProtocol.Tls ? (destination.ServerName ?? destination.EndPoint.Address.ToString()).TrimEnd('.').ToLowerInvariant() : null);

    /// <summary>
    /// An accepted connection is reused only for its remote address and port, never for a host name.
    /// </summary>
    public static SipConnectionKey ForAccepted(IStreamConnection connection, SipProtocol protocol) =>
        For(new SipDestination(connection.RemoteEndPoint, protocol));
}
