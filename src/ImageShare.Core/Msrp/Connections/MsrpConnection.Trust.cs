using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Who is at the other end: what TLS has shown, and which sessions it is good for (RFC 4975 §14.4, RFC 8122 §6.2).</summary>
internal sealed partial class MsrpConnection
{
    /// <summary>Whether TLS is spoken.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The certificate the peer has shown, as DER bytes; null when there is none.</summary>
    public ReadOnlyMemory<byte>? PeerCertificate { get; init; }

    /// <summary>The host whose certificate was verified by chain and name when this side connected; null otherwise.</summary>
    public string? VerifiedHost { get; init; }

    /// <summary>Whether a session may run here: both with TLS or both without, and the peer who the session's peer should be.</summary>
    public bool IsTrustedFor(MsrpSession session) => IsSecure == session.LocalUri.IsSecure && (RelayedFor is not null ? RelayedFor == session : !IsSecure || session.IsPeer(this));

    /// <summary>What to wait for before a request may be looked at: the answer that says who the peer is. Null when that is known.</summary>
    private Task? PeerToCome(MsrpHead head) =>
        IsSecure && head.ToPath is { Uris.Length: 1 } to && _endpoint.FindSession(to.First) is { Connection: null, PeerPath: null } session ? session.PeerKnown : null;

    // Ends with the session at the latest, or when nobody has bound the connection in time.
    private async ValueTask BeginRequestAsync(Task peerToCome, MsrpHead head)
    {
        await peerToCome.WaitAsync(_lifetime.Token).ConfigureAwait(false);
        await BeginRequestAsync(head).ConfigureAwait(false);
    }

    /// <summary>Not the peer of that session: whoever it is gets nothing, not even an answer; and what the session was agreed on is not so.</summary>
    private void Distrust(MsrpSession session)
    {
        if (IsSecure == session.LocalUri.IsSecure)
        {
            session.End(MsrpSessionEndReason.NotTrusted);
        }

        End(MsrpSessionEndReason.NotTrusted, force: true);
    }
}
