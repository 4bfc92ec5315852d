using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>The checks of a peer's certificate when nothing else vouches for it: chain, dates and name.</summary>
internal static class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int MostNamesShown = 5;

    /// <summary>A server must be who was asked for.</summary>
    /// <param name="options">What is trusted.</param>
    /// <param name="serverName">The host of the URI, before any look-up.</param>
    /// <param name="scheme">The scheme whose URIs count as names in a certificate; null for none.</param>
    public static TlsPeerCheck ForServer(TlsOptions options, string serverName, string? scheme) => (sender, certificate, chain, errors) =>
    {
        // SslStream's own comparison takes wildcards and common names, ours does not.
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
                    ? $"The application refused the certificate of {serverName}."
                    : $"The certificate is not for {serverName} but for {Shown(identity)}; use a name it is for in the URI, or have it made out to {serverName}.";
    };

    /// <summary>Whoever connects may be anyone, but a certificate that is shown must be good, and there when it is required.</summary>
    public static TlsPeerCheck ForClient(TlsOptions options) => (sender, certificate, chain, errors) =>
    {
        if (certificate is null && !options.RequiresClientCertificate)
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

    // The machine does not trust it; perhaps the roots given do.
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
            // What the peer sent along.
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
            return "it showed none; the peer needs a certificate.";
        }

        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return "the application refused it.";
        }

        X509ChainStatusFlags flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, static (all, s) => all | s.Status);
        DateTime now = DateTime.Now;
        return flags.HasFlag(X509ChainStatusFlags.NotTimeValid) && (now > certificate.NotAfter || now < certificate.NotBefore)
            ? $"it is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only; renew it, or set this machine's clock."
            : flags.HasFlag(X509ChainStatusFlags.Revoked)
                ? "it was revoked; the peer needs a new one."
                : (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
                    ? "nobody this side trusts has signed it; add the authority that did to the trusted roots, if you trust it."
                    : $"{flags}; the peer needs another one.";
    }

    private static string Shown(CertificateIdentity identity) =>
        string.Join(", ", identity.Names.Take(MostNamesShown)) is { Length: > 0 } names ? names : "no host at all";
}
