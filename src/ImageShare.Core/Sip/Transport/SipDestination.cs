using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The destination of a message.</summary>
public sealed record SipDestination
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="endPoint">See <see cref="EndPoint"/>.</param>
    /// <param name="protocol">See <see cref="Protocol"/>.</param>
    /// <param name="connection">See <see cref="Connection"/>.</param>
    public SipDestination(IPEndPoint endPoint, SipProtocol protocol, object? connection = null)
    {
        EndPoint = endPoint;
        Protocol = protocol;
        Connection = connection;
    }

    /// <summary>Address and port.</summary>
    public IPEndPoint EndPoint { get; init; }

    /// <summary>The transport protocol.</summary>
    public SipProtocol Protocol { get; init; }

    /// <summary>
    /// The connection to send on, as named by a <see cref="SipSource"/>; null for any. When it is gone, the transport opens a new one to <see cref="EndPoint"/>.
    /// </summary>
    public object? Connection { get; init; }

    /// <summary>
    /// For TLS: the host of the URI, before any look-up, that the server's certificate must be for (RFC 5922 §7.3); null means the
    /// address. Null for other protocols.
    /// </summary>
    public string? ServerName { get; init; }
}
