using ImageShare.Core.Sdp;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The address of this side, as a peer is told.</summary>
/// <param name="Connection">The address or host name, for o=, c= and the MSRP path.</param>
/// <param name="IsReachable">
/// Whether the peer can be expected to connect to it (RFC 6135 §4.2.2): it was advertised on purpose, or it is no private address behind a NAT.
/// </param>
internal sealed record OwnAddress(ConnectionData Connection, bool IsReachable);
