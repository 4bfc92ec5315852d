using System.Net;
using System.Security.Cryptography;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// The destinations of a URI: of an address by itself, of a name by RFC 3263. Remembers which ones failed, so that others are tried first. Thread-safe.
/// </summary>
internal sealed class NextHops
{
    // Responses are sent because a peer wants it so: how many of them may look up names at the same time, and how many places each is sent to.
    private const int MostFollowed = 16;
    private const int MostPlaces = 4;

    private readonly SipTransportOptions _options;
    private readonly IPAddress _bound;
    private readonly SipLocator _locator;
    private readonly AvoidedTargets _avoided;
    private int _followed;

    public NextHops(INetwork network, SipTransportOptions options, IPAddress bound)
    {
        _options = options;
        _bound = bound;
        ISipResolver? resolver = options.Resolver ?? (network is SystemNetwork ? DnsSipResolver.System : null);
        AnswerCache? records = resolver is null ? null : new AnswerCache(resolver, options.TimeProvider, options.ConnectTimeout / 3, static most => RandomNumberGenerator.GetInt32(most + 1));
        _locator = new SipLocator(network, records, options.Resolver is null ? null : records, IsUsable, options.TimeProvider, options.ConnectTimeout);
        _avoided = new AvoidedTargets(options.TimeProvider);
    }

    /// <summary>For how long a destination is avoided that could not be reached or did not answer.</summary>
    public static TimeSpan OutageTime { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether the next destination may be tried after that error. A certificate that is not trusted is no reason to go on without TLS, which would be what an
    /// attacker wants.
    /// </summary>
    public static bool GoesOn(ImageShareException error, SipDestination next) => error.Error switch
    {
        ImageShareError.PeerUnreachable or ImageShareError.ConnectionLost => true,
        ImageShareError.CertificateNotTrusted => next.Protocol == SipProtocol.Tls,
        _ => false,
    };

    /// <summary>Whether a response that could not be sent may go to a name in its Via (RFC 3263 §5).</summary>
    public static bool MayFollowSentBy(SipMessage message, ImageShareException error) =>
        message is SipResponse { Headers.TopVia: { } via } && error.Error is ImageShareError.PeerUnreachable or ImageShareError.ConnectionLost
        && !IPAddress.TryParse(via.Host.Trim('[', ']'), out _);

    /// <summary>The one destination of a URI that has an address.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: it cannot be reached from here.</exception>
    public SipDestination At(IPAddress address, SipUri nextHop, int messageLength)
    {
        RequireHost(nextHop);
        if (!IsUsable(address))
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"{address} cannot be reached from {_bound}; check the address, or bind to one of the same kind (IPv4 or IPv6).");
        }

        SipProtocol protocol = SipRouting.ChooseProtocol(nextHop, messageLength, _options.FixedProtocol, _options.MtuThreshold);
        bool isTls = protocol == SipProtocol.Tls;
        return new SipDestination(new IPEndPoint(address, nextHop.Port ?? HostPort.DefaultPort(isTls)), protocol) { ServerName = isTls ? nextHop.Host : null };
    }

    /// <summary>The destinations of a URI that has a name, the first to be tried first (RFC 3263 §4); at least one.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: there is none.</exception>
    public async ValueTask<IReadOnlyList<SipDestination>> FindAsync(SipUri nextHop, int messageLength, CancellationToken cancellationToken)
    {
        RequireHost(nextHop);
        var question = new SipQuestion(
            SipRouting.TargetOf(nextHop), nextHop.Port, ServiceOf(nextHop), nextHop.IsSecure, IsLarge: _options.FixedProtocol is null && messageLength > _options.MtuThreshold);
        IReadOnlyList<SipTarget> targets = _avoided.Last(await _locator.LocateAsync(question, cancellationToken).ConfigureAwait(false));
        return [.. targets.Select(target => Destination(target, nextHop.Host))];
    }

    /// <summary>
    /// Where a response goes that could not be sent to where its request came from: the other targets of the name in its Via (RFC 3263 §5). This machine itself only when
    /// the request came from it: a peer must not have its responses sent to where it cannot send to itself.
    /// </summary>
    /// <returns>The destinations; none when there are none, or when too many responses look for theirs.</returns>
    public async ValueTask<IReadOnlyList<SipDestination>> FollowSentByAsync(Via via, SipDestination failed, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _followed) > MostFollowed)
        {
            Interlocked.Decrement(ref _followed);
            return [];
        }

        try
        {
            var question = new SipQuestion(via.Host, via.Port is > 0 ? via.Port : null, ServiceOf(failed.Protocol), IsSecure: false, IsLarge: false);
            IReadOnlyList<SipTarget> targets = _avoided.Last(await _locator.LocateAsync(question, cancellationToken).ConfigureAwait(false));
            bool isLocal = IPAddress.IsLoopback(failed.EndPoint.Address);
            return
            [
                .. targets.Where(target => !target.EndPoint.Equals(failed.EndPoint) && (isLocal || !IPAddress.IsLoopback(target.EndPoint.Address)))
                    .Select(target => Destination(target, via.Host)).Take(MostPlaces),
            ];
        }
        catch (ImageShareException)
        {
            // The error of the first attempt says more.
            return [];
        }
        finally
        {
            Interlocked.Decrement(ref _followed);
        }
    }

    public void Avoid(SipDestination destination, TimeSpan duration) => _avoided.Add(destination.EndPoint, ServiceOf(destination.Protocol), duration);

    private static void RequireHost(SipUri nextHop)
    {
        if (!nextHop.IsSip)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"A {nextHop.Scheme} URI names no host; send it by way of a proxy (a Route), or give a sip URI.");
        }
    }

    private static SipService ServiceOf(SipProtocol protocol) => protocol switch
    {
        SipProtocol.Udp => SipService.Udp,
        SipProtocol.Tcp => SipService.Tcp,
        _ => SipService.Tls,
    };

    private static SipDestination Destination(SipTarget target, string name) => target.Service switch
    {
        SipService.Udp => new SipDestination(target.EndPoint, SipProtocol.Udp),
        SipService.Tcp => new SipDestination(target.EndPoint, SipProtocol.Tcp),

        // RFC 5922 §7.3: the certificate must be for the name of the URI, whatever records led from it.
        _ => new SipDestination(target.EndPoint, SipProtocol.Tls) { ServerName = name },
    };

    // The service that the URI or the setting demands; null leaves it to the records.
    private SipService? ServiceOf(SipUri nextHop)
    {
        string? asked = nextHop.TransportParameter?.ToUpperInvariant();
        return nextHop.IsSecure || asked == "TLS" ? (asked is null ? null : SipService.Tls)
            : _options.FixedProtocol is { } only ? ServiceOf(only)
            : asked switch
            {
                "TCP" => SipService.Tcp,
                "UDP" => SipService.Udp,
                _ => null,
            };
    }

    private bool IsUsable(IPAddress address) => address.AddressFamily == _bound.AddressFamily && SipRouting.IsUnicast(address);
}
