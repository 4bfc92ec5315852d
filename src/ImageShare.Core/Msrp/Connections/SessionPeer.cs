using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The peer of one session: the path to it and, with TLS, how it is recognized (RFC 4975 §14.4, RFC 8122 §6.2). Any thread may call any member.</summary>
internal sealed class SessionPeer
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<ReadOnlyMemory<byte>, bool>? _isCertificate;

    /// <summary>The path to the peer, through the relays of this side.</summary>
    public PeerRoute Route { get; } = new();

    /// <summary>The path; null while the peer is not known.</summary>
    public MsrpPath? Path => Route.Current;

    /// <summary>Done when the peer is known, or the session is over.</summary>
    public Task Known => _known.Task;

    /// <summary>Whether the peer has said which certificate is its own.</summary>
    public bool HasCertificate => _isCertificate is not null;

    /// <summary>Names the peer.</summary>
    public void Set(MsrpPath path, Func<ReadOnlyMemory<byte>, bool>? isCertificate)
    {
        _isCertificate = isCertificate;
        Route.SetPeer(path);
        _known.TrySetResult();
    }

    /// <summary>Whether that certificate is the one the peer named.</summary>
    public bool IsCertificate(ReadOnlyMemory<byte> certificate) => _isCertificate?.Invoke(certificate) == true;

    /// <summary>Whether TLS has shown that the peer is at the other end: by its fingerprint, else by the name of the host this side connected to.</summary>
    public bool IsAt(ConnectionOrigin origin) => HasCertificate
        ? origin.PeerCertificate is { } certificate && IsCertificate(certificate)
        : origin.VerifiedHost is { } host && host.Equals(Path?.First.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Ends the waits for <see cref="Known"/>: the session is over.</summary>
    public void GiveUp() => _known.TrySetResult();
}
