using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The destination of a message.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Connection">
/// The connection to send on, as named by a <see cref="SipSource"/>; null for any. When it is gone, the transport opens a new one to <paramref name="EndPoint"/>.
/// </param>
public sealed record SipDestination(IPEndPoint EndPoint, SipProtocol Protocol, object? Connection = null)
{
    /// <summary>
    /// For TLS: the host of the URI, before any look-up, that the server's certificate must be for (RFC 5922 §7.3); null means the
    /// address. Null for other protocols.
    /// </summary>
    public string? ServerName { get; init; }
}
