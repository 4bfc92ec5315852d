using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>Where a message came from.</summary>
/// <param name="Remote">The true source address and port.</param>
/// <param name="Protocol">What carried it.</param>
/// <param name="Connection">The connection it came on, an opaque handle of the transport; null for datagrams.</param>
public sealed record SipSource(IPEndPoint Remote, SipProtocol Protocol, object? Connection = null);
