using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>What a transport is bound to: one port for UDP and TCP, and another for TLS when this side has a certificate.</summary>
internal sealed class SipSockets : IAsyncDisposable
{
    // A port that is free for UDP is usually free for TCP too.
    private const int PortAttempts = 32;

    private SipSockets(IDatagramSocket udp, IStreamListener tcp, IStreamListener? tls) => (Udp, Tcp, Tls) = (udp, tcp, tls);

    public IDatagramSocket Udp { get; }

    public IStreamListener Tcp { get; }

    /// <summary>Null when this side has no certificate.</summary>
    public IStreamListener? Tls { get; }

    /// <summary>Binds all of them, or none.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: a port is in use, or the address does not belong to this machine.</exception>
    public static SipSockets Bind(INetwork network, SipTransportOptions options)
    {
        // TLS first: when its port is in use, nothing needs to be released.
        IStreamListener? tls = options.Tls.Certificate is null ? null : network.Listen(new IPEndPoint(options.LocalEndPoint.Address, options.TlsPort));
        try
        {
            (IDatagramSocket udp, IStreamListener tcp) = BindOnePort(network, options.LocalEndPoint);
            return new SipSockets(udp, tcp, tls);
        }
        catch (ImageShareException)
        {
            // Nothing uses it yet, so this completes at once.
            _ = tls?.DisposeAsync().AsTask();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Udp.DisposeAsync().ConfigureAwait(false);
        await Tcp.DisposeAsync().ConfigureAwait(false);
        if (Tls is not null)
        {
            await Tls.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static (IDatagramSocket Udp, IStreamListener Tcp) BindOnePort(INetwork network, IPEndPoint local)
    {
        for (int attempt = 1; ; attempt++)
        {
            IDatagramSocket udp = network.BindDatagram(local);
            try
            {
                return (udp, network.Listen(new IPEndPoint(local.Address, udp.LocalEndPoint.Port)));
            }
            catch (ImageShareException e)
            {
                // As above.
                _ = udp.DisposeAsync().AsTask();
                if (e.Error != ImageShareError.AddressInUse || local.Port != 0 || attempt == PortAttempts)
                {
                    throw;
                }
            }
        }
    }
}
