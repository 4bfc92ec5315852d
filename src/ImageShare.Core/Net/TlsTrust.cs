using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>The default checks of a peer's certificate: chain, dates and name.</summary>
internal static class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int MostNamesShown = 5;

    /// <summary>The check for servers, which must match the requested name.</summary>
    /// <param name="options">The trust settings.</param>
    /// <param name="serverName">The host of the URI, before any DNS lookup.</param>
    /// <param name="scheme">The scheme of the URIs in a certificate that count as names; null for none.</param>
    public static TlsPeerCheck ForServer(TlsOptions options, string serverName, string? scheme) => (sender, certificate, chain, errors) =>
    {
        // SslStream accepts wildcards and common names; our comparison does not (RFC 5922 §7.2).
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        errors = WithOwnRoots(options, ServerAuthentication, certificate, chain, errors);
        CertificateIdentity? identity = certificate is null ? null : CertificateIdentity.Of(certificate, scheme);
        if (identity?.IsFor(serverName) == false)
        {
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        }

        return Decide(options, sender, certificate, chain, errors)
            ? null
            : (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != SslPolicyErrors.None || identity is null
                ? $"The certificate of {serverName} is not trusted: {Why(certificate, chain, errors)}"
                : errors == SslPolicyErrors.None
                    ? $"The application rejected the certificate of {serverName}."
                    : $"The certificate is not for {serverName} but for {Shown(identity)}; use one of its names in the URI, or get a certificate for {serverName}.";
    };

    /// <summary>The check for clients, which may be anonymous unless a certificate is required; a presented certificate must be valid.</summary>
    public static TlsPeerCheck ForClient(TlsOptions options) => (sender, certificate, chain, errors) =>
    {
        if (certificate is null && !options.RequireClientCertificate)
        {
            return null;
        }

        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        errors = WithOwnRoots(options, ClientAuthentication, certificate, chain, errors);
        return Decide(options, sender, certificate, chain, errors)
            ? null
            : $"The client's certificate is not trusted: {Why(certificate, chain, errors)}";
    };

    private static bool Decide(TlsOptions options, object sender, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        options.Validation?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;

    // The machine does not trust the certificate; try the configured roots.
    private static SslPolicyErrors WithOwnRoots(
        TlsOptions options, string purpose, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || options.TrustedRoots.Count == 0 || !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return errors;
        }

        using var own = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = options.RevocationMode, DisableCertificateDownloads = true },
        };
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        foreach (X509Certificate2 root in options.TrustedRoots)
        {
            own.ChainPolicy.CustomTrustStore.Add(root);
        }

        if (chain is not null)
        {
            // The intermediate certificates sent by the peer.
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        bool isGood = own.Build(certificate);
        foreach (X509ChainElement element in own.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return isGood ? errors & ~SslPolicyErrors.RemoteCertificateChainErrors : errors;
    }

    private static string Why(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the peer presented none; it needs a certificate.";
        }

        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return "the application rejected it.";
        }

        X509ChainStatusFlags flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, static (all, s) => all | s.Status);
        DateTime now = DateTime.Now;
        return flags.HasFlag(X509ChainStatusFlags.NotTimeValid) && (now > certificate.NotAfter || now < certificate.NotBefore)
            ? $"it is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only; renew it, or set this machine's clock."
            : flags.HasFlag(X509ChainStatusFlags.Revoked)
                ? "it was revoked; the peer needs a new one."
                : (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
                    ? "it is not signed by a trusted authority; add its authority to the trusted roots if you trust it."
                    : $"{flags}; the peer needs another one.";
    }

    private static string Shown(CertificateIdentity identity) =>
        string.Join(", ", identity.Names.Take(MostNamesShown)) is { Length: > 0 } names ? names : "no host at all";
}
