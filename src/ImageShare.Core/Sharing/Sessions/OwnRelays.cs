using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The MSRP relays of this side (RFC 4976): creates sessions through them and translates their failures.</summary>
/// <param name="Relays">The relays, from nearest to outermost; empty for none.</param>
/// <param name="Patience">The timeout for authenticating with all of them.</param>
internal sealed record OwnRelays(IReadOnlyList<MsrpRelay> Relays, TimeSpan Patience)
{
    public static OwnRelays None { get; } = new([], TimeSpan.Zero);

    public bool Any => Relays.Count > 0;

    /// <summary>Creates a session, through the relays if there are any.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.RelayUnreachable"/>, <see cref="ImageShareError.RelayRefused"/>, <see cref="ImageShareError.CertificateNotTrusted"/>.
    /// </exception>
    public async ValueTask<MsrpSession> CreateSessionAsync(MsrpEndpoint endpoint, MsrpSessionOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Any)
        {
            return endpoint.CreateSession(options);
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await endpoint.CreateSessionAsync(options, Relays, expires: null, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"There was no answer within {Patience.TotalSeconds:0.#} s.", e);
        }
        catch (ImageShareException e) when (e.Error is ImageShareError.PeerUnreachable or ImageShareError.NoAnswer or ImageShareError.ConnectionLost)
        {
            throw Unreachable(e.Message, e);
        }
        catch (ImageShareException e) when (e.Error is ImageShareError.AuthenticationFailed or ImageShareError.Rejected or ImageShareError.MalformedMessage)
        {
            throw new ImageShareException(ImageShareError.RelayRefused, e.Message, e) { MsrpStatus = e.MsrpStatus };
        }
    }

    /// <summary>The address for c= and m=: the listening address of this side or, with CEMA, of the relay peers connect to (RFC 6714 §4.2).</summary>
    public async ValueTask<(ConnectionData Connection, int Port)> MediaAddressAsync(MsrpSession session, ConnectionData own, bool usesCema, INetwork network, CancellationToken cancellationToken)
    {
        MsrpUri first = session.AdvertisedPath.First;
        if (!Any || !usesCema || first.Port is not { } port)
        {
            return (own, session.LocalUri.Port!.Value);
        }

        IPAddress[] found = first.Address is { } known ? [known] : await network.ResolveAsync(first.Host, cancellationToken).ConfigureAwait(false);
        return (new ConnectionData(found[0]), port);
    }

    private ImageShareException Unreachable(string reason, Exception cause) => new(
        ImageShareError.RelayUnreachable, $"The MSRP relay {Relays[0].Uri.Host} of this side cannot be used; check its address and that it is running. {reason}", cause);
}
