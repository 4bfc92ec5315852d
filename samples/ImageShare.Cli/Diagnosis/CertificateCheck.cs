using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Makes a TLS handshake and looks at the certificate: whose it is, who issued it, until when it is valid. Whether SIP accepts its name (RFC 5922) shows the query.</summary>
internal static class CertificateCheck
{
    public const string Step = "certificate";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<Check> RunAsync(Hop hop, IPEndPoint place, ImageShareOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        Seen? seen = null;
        try
        {
            using var client = new TcpClient(place.AddressFamily);
            await client.ConnectAsync(place, limit.Token);

            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = hop.Host,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        seen = Seen.Of(certificate as X509Certificate2, chain, errors, options.SipTls.TrustedRoots);
                        return seen.IsFine;
                    },
                },
                limit.Token);
        }
        catch (Exception e) when (seen is null && e is AuthenticationException or IOException or SocketException)
        {
            return new Check(Step, Verdict.Failed, $"{place} does not speak TLS: {e.Message}") { Advice = "Check the port: SIP over TLS has one of its own, usually 5061." };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Check(Step, Verdict.Failed, $"{place} did not finish a TLS handshake within {Patience.TotalSeconds} s.") { Advice = "Check the port: SIP over TLS has one of its own, usually 5061." };
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The certificate was seen, and refused; or the peer wants one of this side, which says nothing against its own.
        }

        return seen!.Judge();
    }

    /// <summary>What was seen of a certificate; it is gone after the handshake.</summary>
    private sealed record Seen(string[] Facts, bool IsExpired, bool IsTrusted, bool IsForHost, string Problems)
    {
        public bool IsFine => IsTrusted && IsForHost && !IsExpired;

        public static Seen Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, IReadOnlyList<X509Certificate2> roots)
        {
            if (certificate is null)
            {
                return new Seen([], IsExpired: false, IsTrusted: false, IsForHost: false, "there is none");
            }

            bool isTrusted = !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) || IsTrustedBy(roots, certificate, chain);
            string names = string.Join(", ", certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString()))).Take(8));
            DateTime now = DateTime.Now;
            return new Seen(
                [
                    $"subject {certificate.Subject}; issuer {certificate.Issuer}",
                    $"names {(names.Length > 0 ? names : "none")}",
                    string.Create(CultureInfo.InvariantCulture, $"valid {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}"),
                ],
                now < certificate.NotBefore || now > certificate.NotAfter,
                isTrusted,
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
                string.Join(", ", chain?.ChainStatus.Select(static status => status.Status.ToString()).Distinct() ?? []));
        }

        public Check Judge() =>
            IsExpired ? new Check(Step, Verdict.Failed, "The certificate is not valid today.") { Details = Facts, Advice = "The other side needs a new certificate; also check the clock of this machine." }
            : !IsTrusted ? new Check(Step, Verdict.Failed, $"The certificate is not trusted: {Problems}.") { Details = Facts, Advice = "If it is right, give its issuer, or itself if it is self-signed, with --tls-trust FILE." }
            : !IsForHost ? new Check(Step, Verdict.Failed, "The certificate is for another name.") { Details = Facts, Advice = "Call the peer by a name in its certificate, or give that side a certificate for the name you use." }
            : new Check(Step, Verdict.Ok, "The certificate is trusted and for this name.") { Details = Facts };

        private static bool IsTrustedBy(IReadOnlyList<X509Certificate2> roots, X509Certificate2 certificate, X509Chain? sent)
        {
            if (roots.Count == 0)
            {
                return false;
            }

            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(roots.ToArray());
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainElements.Select(static element => element.Certificate).ToArray() ?? []);
            return chain.Build(certificate);
        }
    }
}
