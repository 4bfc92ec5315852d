using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>
/// The hosts a certificate is issued for, from its subjectAltName (RFC 5922 §7.1): URIs of one scheme if there are any, or else DNS names;
/// also IP addresses, for URIs that contain one. The common name is ignored, and wildcards are not supported (RFC 5922 §7.2).
/// </summary>
internal sealed class CertificateIdentity
{
    private const string SubjectAlternativeName = "2.5.29.17";

    private static readonly Asn1Tag DnsTag = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag AddressTag = new(TagClass.ContextSpecific, 7);

    private readonly List<string> _uriHosts = [];
    private readonly List<string> _dnsNames = [];
    private readonly List<IPAddress> _addresses = [];

    private CertificateIdentity()
    {
    }

    /// <summary>The names, for display.</summary>
    public IEnumerable<string> Names => [.. Domains, .. _addresses.Select(a => a.ToString())];

    private List<string> Domains => _uriHosts.Count > 0 ? _uriHosts : _dnsNames;

    /// <summary>Reads a certificate. If its extension is malformed, it matches no host.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="scheme">The URI scheme to use, such as <c>sip</c>; null for none.</param>
    public static CertificateIdentity Of(X509Certificate2 certificate, string? scheme)
    {
        var identity = new CertificateIdentity();
        if (certificate.Extensions[SubjectAlternativeName] is { } extension)
        {
            try
            {
                identity.Read(extension.RawData, scheme);
            }
            catch (AsnContentException)
            {
                return new CertificateIdentity();
            }
        }

        return identity;
    }

    /// <summary>Whether the certificate is valid for a host: a name, or an IP address (IPv6 without brackets).</summary>
    public bool IsFor(string host) => IPAddress.TryParse(host, out IPAddress? address)
        ? _addresses.Contains(address)
        : Domains.Contains(host.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);

    private void Read(byte[] bytes, string? scheme)
    {
        AsnReader names = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            Asn1Tag tag = names.PeekTag();
            if (tag.HasSameClassAndValue(DnsTag))
            {
                Add(_dnsNames, names.ReadCharacterString(UniversalTagNumber.IA5String, DnsTag));
            }
            else if (tag.HasSameClassAndValue(UriTag))
            {
                string uri = names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag);
                if (scheme is not null && uri.StartsWith(scheme + ":", StringComparison.OrdinalIgnoreCase))
                {
                    Add(_uriHosts, HostOf(uri[(scheme.Length + 1)..]));
                }
            }
            else if (tag.HasSameClassAndValue(AddressTag))
            {
                byte[] address = names.ReadOctetString(AddressTag);
                if (address.Length is 4 or 16)
                {
                    _addresses.Add(new IPAddress(address));
                }
            }
            else
            {
                names.ReadEncodedValue();
            }
        }
    }

    // A URI with a user part identifies a person, not a domain (RFC 5922 §7.1).
    private static string HostOf(string rest) => rest.Contains('@', StringComparison.Ordinal) ? string.Empty : rest.Split(':', ';', '?')[0];

    // Anything that is not a host name matches nothing and is never displayed.
    private static void Add(List<string> names, string name)
    {
        if (name.Length is > 0 and < 256 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '*' or '_'))
        {
            names.Add(name.TrimEnd('.'));
        }
    }
}
