using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Registration;
using Microsoft.Extensions.Configuration;

namespace ImageShare.Core.Hosting;

/// <summary>
/// Reads the options of a client from a configuration, by hand: a binder would leave out what it cannot make, such as an address. What is wrong is collected, each with
/// the name of its option. Values of passwords are never repeated.
/// </summary>
internal sealed class ConfigurationReader(IConfigurationSection section)
{
    private readonly ConfiguredValues _values = new(section);
    private ImageShareOptions _options = null!;

    /// <summary>The names of all options that a configuration may have, relative to the section; <c>*</c> stands for the number of an entry.</summary>
    public IEnumerable<string> Known => _values.Known;

    public void ReadInto(ImageShareHostOptions host)
    {
        _options = host.Client;
        ReadIdentity();
        ReadNetwork();
        ReadSecurity();
        ReadRegistration();
        ReadLimits();
        host.Client = _options;
        host.Values = _values.All;
        host.Problems = [.. _values.Problems, .. _values.Unknown];
    }

    private void ReadIdentity()
    {
        Set("Identity", Parsers.Uri, static (o, v) => o with { Identity = v });
        Set("DisplayName", Parsers.Text, static (o, v) => o with { DisplayName = v });
        Set("Profile", Parsers.Profile, static (o, v) => o with { Profile = v });
        Set("UserAgent", Parsers.Text, static (o, v) => o with { UserAgent = v });
        Set("UseCompactForm", Parsers.Flag, static (o, v) => o with { UseCompactForm = v });
        Set("FollowRedirects", Parsers.Count, static (o, v) => o with { FollowRedirects = v });
        Set("NamesInActivities", Parsers.Flag, static (o, v) => o with { NamesInActivities = v });
        SetList("AcceptedTypes", Parsers.Type, static (o, v) => o with { AcceptedTypes = v });
        string? user = _values.Get("Credentials:User", Parsers.Text), realm = _values.Get("Credentials:Realm", Parsers.Text);
        string? fromFile = _values.Get("Credentials:PasswordFile", Parsers.FirstLine), password = _values.Get("Credentials:Password", Parsers.Text) ?? fromFile;
        if (user is not null && password is not null)
        {
            _options = _options with { Credentials = new SipCredentials(user, password, realm) };
        }
        else
        {
            _values.Require("Credentials", "User", "Password");
        }
    }

    private void ReadNetwork()
    {
        Set("LocalEndPoint", Parsers.EndPoint, static (o, v) => o with { LocalEndPoint = v });
        Set("MsrpPort", Parsers.Port, static (o, v) => o with { MsrpPort = v });
        Set("SipTlsPort", Parsers.Port, static (o, v) => o with { SipTlsPort = v });
        Set("SipTlsHost", Parsers.Text, static (o, v) => o with { SipTlsHost = v });
        Set("MsrpTlsPort", Parsers.Port, static (o, v) => o with { MsrpTlsPort = v });
        Set("Transport", Parsers.Transport, static (o, v) => o with { Transport = v });
        SetAdvertised("Host", Parsers.Text, static (a, v) => a with { Host = v });
        SetAdvertised("SipPort", Parsers.Port, static (a, v) => a with { SipPort = v });
        SetAdvertised("SipTlsPort", Parsers.Port, static (a, v) => a with { SipTlsPort = v });
        SetAdvertised("MsrpPort", Parsers.Port, static (a, v) => a with { MsrpPort = v });
        SetAdvertised("MsrpTlsPort", Parsers.Port, static (a, v) => a with { MsrpTlsPort = v });
        Set("UseLearntAddress", Parsers.Flag, static (o, v) => o with { UseLearntAddress = v });
        SetList("Route", Parsers.Uri, static (o, v) => o with { Route = v });
        SetList("Ims:ServiceRoute", Parsers.Uri, static (o, v) => o with { Ims = o.Ims with { ServiceRoute = v } });
        SetList("Ims:TrustedProxies", Parsers.Address, static (o, v) => o with { Ims = o.Ims with { TrustedProxies = v } });
        Set("UseCema", Parsers.Flag, static (o, v) => o with { UseCema = v });
        Set("MatchMsrpBySessionId", Parsers.Flag, static (o, v) => o with { MatchMsrpBySessionId = v });
        Set("SipKeepAlive", Parsers.Time, static (o, v) => o with { SipKeepAlive = v });
        Set("MsrpKeepAlive", Parsers.Time, static (o, v) => o with { MsrpKeepAlive = v });
    }

    private void ReadSecurity()
    {
        Set("MsrpSecurity", Parsers.MsrpSecurity, static (o, v) => o with { MsrpSecurity = v });
        Set("AcceptSha1Fingerprints", Parsers.Flag, static (o, v) => o with { AcceptSha1Fingerprints = v });
        if (Tls("SipTls", _options.SipTls) is { } tls)
        {
            _options = _options with { SipTls = tls };
        }

        if (Tls("MsrpTls", _options.MsrpTls) is { } media)
        {
            _options = _options with { MsrpTls = media };
        }
    }

    private void ReadRegistration()
    {
        SetRegistration("Registrar", Parsers.Uri, static (r, v) => r with { Registrar = v });
        SetRegistration("Expiry", Parsers.Time, static (r, v) => r with { Expiry = v });
        SetRegistration("InstanceId", Parsers.Id, static (r, v) => r with { InstanceId = v });
        SetRegistration("UseOutbound", Parsers.Flag, static (r, v) => r with { UseOutbound = v });
        SetRegistration("NatRefreshInterval", Parsers.Time, static (r, v) => r with { NatRefreshInterval = v });
        SetRegistration("RetryDelay", Parsers.Time, static (r, v) => r with { RetryDelay = v });
        SetRegistration("LongestRetryDelay", Parsers.Time, static (r, v) => r with { LongestRetryDelay = v });
        SetRegistration("UnregisterTimeout", Parsers.Time, static (r, v) => r with { UnregisterTimeout = v });
        SetRegistration("SendPrivateIdentity", Parsers.Flag, static (r, v) => r with { SendPrivateIdentity = v });
        SetRegistration("UseAssociatedIdentity", Parsers.Flag, static (r, v) => r with { UseAssociatedIdentity = v });
    }

    private void ReadLimits()
    {
        SetLimit("MaxImageSize", Parsers.Size, static (l, v) => l with { MaxImageSize = v });
        SetLimit("MaxIconSize", Parsers.Count, static (l, v) => l with { MaxIconSize = v });
        SetLimit("MaxPendingInvitations", Parsers.Most, static (l, v) => l with { MaxPendingInvitations = v });
        SetLimit("MaxPendingInvitationsPerPeer", Parsers.Most, static (l, v) => l with { MaxPendingInvitationsPerPeer = v });
        SetLimit("MaxConcurrentShares", Parsers.Most, static (l, v) => l with { MaxConcurrentShares = v });
        SetLimit("MaxConcurrentSharesPerPeer", Parsers.Most, static (l, v) => l with { MaxConcurrentSharesPerPeer = v });
        SetLimit("MaxPendingRequests", Parsers.Most, static (l, v) => l with { MaxPendingRequests = v });
        SetLimit("MaxPendingRequestsPerSource", Parsers.Most, static (l, v) => l with { MaxPendingRequestsPerSource = v });
        SetLimit("MaxSipConnections", Parsers.Most, static (l, v) => l with { MaxSipConnections = v });
        SetLimit("MaxSipConnectionsPerSource", Parsers.Most, static (l, v) => l with { MaxSipConnectionsPerSource = v });
        SetLimit("MaxImagesPerInvitation", Parsers.Images, static (l, v) => l with { MaxImagesPerInvitation = v });
        SetLimit("AnswerTimeout", Parsers.Wait, static (l, v) => l with { AnswerTimeout = v });
        SetLimit("MsrpConnectTimeout", Parsers.Wait, static (l, v) => l with { MsrpConnectTimeout = v });
        SetLimit("IdleTimeout", Parsers.Wait, static (l, v) => l with { IdleTimeout = v });
        SetLimit("MinTransferRate", Parsers.Most, static (l, v) => l with { MinTransferRate = v });
        SetLimit("GraceTimeout", Parsers.Wait, static (l, v) => l with { GraceTimeout = v });
        SetLimit("MaxKnownPeers", Parsers.Most, static (l, v) => l with { MaxKnownPeers = v });
        SetLimit("CapabilityLifetime", Parsers.Wait, static (l, v) => l with { CapabilityLifetime = v });
        SetList("Limits:QueryRetryDelays", Parsers.Wait, static (o, v) => v.Count > 3
            ? throw new ArgumentException("at most three delays (IR.79 §3.3)")
            : o with { Limits = o.Limits with { QueryRetryDelays = v } });
    }

    private void Set<T>(string name, Parser<T> parser, Func<ImageShareOptions, T, ImageShareOptions> set) =>
        _values.Read(name, parser, value => _options = set(_options, value));

    private void SetList<T>(string name, Parser<T> parser, Func<ImageShareOptions, IReadOnlyList<T>, ImageShareOptions> set) =>
        _values.ReadList(name, parser, values => _options = set(_options, values));

    private void SetLimit<T>(string name, Parser<T> parser, Func<ImageShareLimits, T, ImageShareLimits> set) =>
        Set($"Limits:{name}", parser, (o, v) => o with { Limits = set(o.Limits, v) });

    private void SetAdvertised<T>(string name, Parser<T> parser, Func<AdvertisedAddress, T, AdvertisedAddress> set) =>
        Set($"Advertised:{name}", parser, (o, v) => o with { Advertised = set(o.Advertised ?? new AdvertisedAddress(), v) });

    private void SetRegistration<T>(string name, Parser<T> parser, Func<SipRegistrationOptions, T, SipRegistrationOptions> set) =>
        Set($"Registration:{name}", parser, (o, v) => o with { Registration = set(o.Registration ?? new SipRegistrationOptions(), v) });

    private TlsOptions? Tls(string name, TlsOptions before)
    {
        string? certificate = _values.Get($"{name}:Certificate", Parsers.File), key = _values.Get($"{name}:Key", Parsers.File);
        TlsOptions tls = before;
        bool isSet = false;
        if (certificate is not null)
        {
            _values.Try($"{name}:Certificate", certificate, () => tls = tls with { Certificate = Certificates.WithKey(certificate, key ?? certificate) });
            isSet = true;
        }

        _values.Read($"{name}:TrustedRoots", Parsers.File, file =>
        {
            tls = tls with { TrustedRoots = Certificates.All(file) };
            isSet = true;
        });
        return isSet ? tls : null;
    }
}
