using ImageShare.Core.Msrp.Connections;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Brings one session onto a connection (RFC 4975 §5.4). Any thread may call any member.</summary>
internal sealed class SessionConnector(SessionBinding session, Dialer dialer, MessageSender sender, MsrpSessionOptions options, ConnectionSettings settings)
{
    private volatile MsrpUri? _target;

    /// <summary>Where to connect instead of the host of the peer's path; null connects to that host.</summary>
    public MsrpUri? Target
    {
        get => _target;
        set => _target = value;
    }

    /// <inheritdoc cref="MsrpSession.ConnectAsync"/>
    public async Task ConnectAsync(bool active, CancellationToken cancellationToken)
    {
        SessionErrors.ThrowIfOver(session);
        session.BeginUse();
        MsrpConnection? open = session.Connection;
        if (session.Peer.Route.UsePath is not null && open is not null)
        {
            // Through a relay, the connection exists already; only a request of the peer is missing (RFC 6135 §4.5).
            open.BeginUse();
            MsrpPath peer = session.Peer.Path ?? throw SessionErrors.PathNotSet();
            if (active)
            {
                Open(open, peer);
                return;
            }
        }
        else if (active && open is null)
        {
            MsrpPath peer = session.Peer.Path ?? throw SessionErrors.PathNotSet();
            MsrpConnection? dialled = await DialAsync(_target ?? peer.First, cancellationToken).ConfigureAwait(false);
            SessionErrors.ThrowIfOver(session);
            Open(dialled, peer);
            return;
        }

        await WaitForPeerAsync(cancellationToken).ConfigureAwait(false);
    }

    // The active side sends first (RFC 4975 §5.4).
    private void Open(MsrpConnection? connection, MsrpPath peer)
    {
        if (options.OpenWithEmptySend && connection is not null)
        {
            sender.Open(connection, peer);
        }
    }

    private async Task<MsrpConnection?> DialAsync(MsrpUri uri, CancellationToken cancellationToken)
    {
        try
        {
            return await dialer.DialAsync(session, uri, options.DialPolicy, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.CertificateNotTrusted)
        {
            session.End(MsrpSessionEndReason.NotTrusted);
            throw;
        }
    }

    private async Task WaitForPeerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await session.Bound.WaitAsync(settings.BindTimeout, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            session.End(MsrpSessionEndReason.BindTimeout);
            throw new ImageShareException(
                ImageShareError.MediaNotConnected,
                "The peer did not open the MSRP connection in time; check that it can reach the address in our offer or answer.",
                e);
        }

        SessionErrors.ThrowIfOver(session);
    }
}
