namespace ImageShare.Core.Sip.Names;

/// <summary>What is spoken with a target: the services of RFC 3263 §4.1 that this library supports.</summary>
internal enum SipService
{
    /// <summary>SIP+D2U, <c>_sip._udp</c>.</summary>
    Udp,

    /// <summary>SIP+D2T, <c>_sip._tcp</c>.</summary>
    Tcp,

    /// <summary>SIPS+D2T, <c>_sips._tcp</c>.</summary>
    Tls,
}

/// <summary>The names of the services.</summary>
internal static class SipServices
{
    public static string SrvName(this SipService service, string domain) => service switch
    {
        SipService.Udp => "_sip._udp.",
        SipService.Tcp => "_sip._tcp.",
        _ => "_sips._tcp.",
    }
    + domain;

    /// <summary>The service of a NAPTR record; null for those that are not supported, such as SIP+D2S and SIPS+D2U.</summary>
    public static SipService? OfNaptr(string services) => services.ToUpperInvariant() switch
    {
        "SIP+D2U" => SipService.Udp,
        "SIP+D2T" => SipService.Tcp,
        "SIPS+D2T" => SipService.Tls,
        _ => null,
    };
}
