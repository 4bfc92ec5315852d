using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The source of a received message.</summary>
public sealed record SipSource
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="remote">See <see cref="Remote"/>.</param>
    /// <param name="protocol">See <see cref="Protocol"/>.</param>
    /// <param name="connection">See <see cref="Connection"/>.</param>
    public SipSource(IPEndPoint remote, SipProtocol protocol, object? connection = null)
    {
        Remote = remote;
        Protocol = protocol;
        Connection = connection;
    }

    /// <summary>The source address and port.</summary>
    public IPEndPoint Remote { get; init; }

    /// <summary>The transport protocol.</summary>
    public SipProtocol Protocol { get; init; }

    /// <summary>The connection it was received on, an opaque handle of the transport; null for datagrams.</summary>
    public object? Connection { get; init; }
}
