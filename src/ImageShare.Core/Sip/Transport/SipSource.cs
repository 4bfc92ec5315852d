using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The source of a received message.</summary>
/// <param name="Remote">The source address and port.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Connection">The connection it was received on, an opaque handle of the transport; null for datagrams.</param>
public sealed record SipSource(IPEndPoint Remote, SipProtocol Protocol, object? Connection = null);
